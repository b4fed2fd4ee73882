import type { FileFacts } from "./file-facts.ts";

/** What goes, by where it lies: the entry of its folder, and the file that is named there. */
export class GoingFiles {
  readonly #idOfEntry = new Map<string, string>();
  readonly #ofFile = new Map<string, { readonly id: string; names: number }>();

  /** @param entry see `entryOf` */
  add(entry: string, facts: FileFacts, id: string): void {
    this.#idOfEntry.set(entry, id);
    const file = this.#ofFile.get(keyOf(facts)) ?? { id, names: 0 };
    file.names++;
    this.#ofFile.set(keyOf(facts), file);
  }

  /** Object id of what goes from an entry. */
  at(entry: string): string | undefined {
    return this.#idOfEntry.get(entry);
  }

  /**
   * Object id of what goes of a file all of whose names go, also where a mount or a file system that takes no notice of case shows one
   * name as two; undefined where it keeps one.
   */
  lastNameOf(facts: FileFacts): string | undefined {
    const file = this.#ofFile.get(keyOf(facts));
    return file && file.names >= facts.names ? file.id : undefined;
  }
}

function keyOf({ device, inode }: FileFacts): string {
  return `${device}:${inode}`;
}
