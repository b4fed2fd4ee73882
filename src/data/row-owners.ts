import type { HashedImage, ImageFile } from "#data/image-record.ts";
import type { IndexRow } from "#data/index-row.ts";

/** What a file's content means for the index. */
export type Claim =
  /** The row has this content: it needs no features of its own. */
  | { readonly kind: "row"; readonly row: number }
  /** Another image has the same content: its features can be copied. */
  | { readonly kind: "copy"; readonly row: number }
  | { readonly kind: "new" };

/** How the images of a run differ from those of the latest finished one. */
export interface ImageChanges {
  readonly new: number;
  readonly changed: number;
  readonly moved: number;
  readonly removed: number;
}

/**
 * Which file has which row of the index, as a run finds out. A file that is unchanged keeps its row; one that was moved or renamed takes
 * over the row whose file is gone; the rows of changed and removed files die.
 */
export class RowOwners {
  readonly #rows: IndexRow[];
  /** Rows whose images the latest finished run reported. */
  readonly #reportedRows: number;
  readonly #rowOfId = new Map<string, number>();
  /** The file of each row in this run. */
  readonly #files: (ImageFile | undefined)[] = [];
  readonly #isListed: (id: string) => boolean;
  #rowsOfContent: Map<string, number[]> | undefined;

  /**
   * @param rows as earlier runs left them
   * @param isListed whether a file of this id was found, or may be there unseen as its folder could not be read
   */
  constructor(rows: readonly IndexRow[], reportedRows: number, isListed: (id: string) => boolean) {
    this.#rows = [...rows];
    this.#reportedRows = reportedRows;
    this.#isListed = isListed;
    for (const [row, { id }] of rows.entries()) if (id !== "") this.#rowOfId.set(id, row);
  }

  /** Takes a file for unchanged where its size and time are those that it had; false where it has to be read. */
  claimUnread(file: ImageFile, stat: { readonly bytes: number; readonly modified: number }): boolean {
    const row = this.#rowOfId.get(file.id);
    if (row === undefined) return false;
    const known = this.#rows[row];
    if (known.bytes !== stat.bytes || known.modified !== stat.modified) return false;
    this.#files[row] = file;
    return true;
  }

  /** How many files have an id that no row has. */
  countUnknown(files: readonly ImageFile[]): number {
    return files.filter(({ id }) => !this.#rowOfId.has(id)).length;
  }

  /** Finds the row of a file that was read. */
  claim(image: HashedImage): Claim {
    const own = this.#rowOfId.get(image.id);
    if (own !== undefined && this.#rows[own].sha256 === image.sha256) {
      this.#give(own, image);
      return { kind: "row", row: own };
    }
    if (own !== undefined) this.#kill(own);
    const same = this.#withContent(image.sha256);
    const left = same.find((row) => this.#files[row] === undefined && this.#isLeft(row));
    if (left !== undefined) {
      this.#give(left, image);
      return { kind: "row", row: left };
    }
    return same.length > 0 ? { kind: "copy", row: same[0] } : { kind: "new" };
  }

  /** Takes in rows that were added behind the others. */
  add(images: readonly { readonly file: ImageFile; readonly row: IndexRow }[]): void {
    for (const { file, row } of images) {
      this.#files[this.#rows.length] = file;
      const number = this.#rows.push(row) - 1;
      const same = this.#rowsOfContent?.get(row.sha256);
      if (same) same.push(number);
      else this.#rowsOfContent?.set(row.sha256, [number]);
    }
  }

  /** The file of each row; undefined where it has none in this run. Shape (rows,). */
  get files(): readonly (ImageFile | undefined)[] {
    return Array.from(this.#rows.keys(), (row) => this.#files[row]);
  }

  /** Every row as this run leaves it: rows whose files are gone are dead. */
  toRows(): IndexRow[] {
    return this.#rows.map((known, row) => {
      if (known.id === "" || this.#files[row] !== undefined || this.#isListed(known.id)) return known;
      return { ...known, id: "" };
    });
  }

  /** @param before the rows as earlier runs left them */
  changesSince(before: readonly IndexRow[]): ImageChanges {
    const reported = before.slice(0, this.#reportedRows).filter(({ id }) => id !== "");
    const contentOf = new Map(reported.map(({ id, sha256 }) => [id, sha256]));
    const now = [...this.#files.entries()].flatMap(([row, file]) => (file ? [{ row, id: file.id }] : []));
    const ids = new Set(now.map(({ id }) => id));
    const movedFrom = new Set(
      now.flatMap(({ row, id }) => (this.#isReported(row) && before[row].id !== id ? [before[row].id] : [])),
    );
    const unknown = now.filter(({ id }) => !contentOf.has(id));
    const moved = unknown.filter(({ row }) => this.#isReported(row)).length;
    const changed = now.filter(
      ({ row, id }) => (contentOf.get(id) ?? this.#rows[row].sha256) !== this.#rows[row].sha256,
    );
    const removed = reported.filter(({ id }) => !ids.has(id) && !movedFrom.has(id));
    return { new: unknown.length - moved, changed: changed.length, moved, removed: removed.length };
  }

  #isReported(row: number): boolean {
    return row < this.#reportedRows;
  }

  #give(row: number, image: HashedImage): void {
    const known = this.#rows[row];
    const { id, bytes, modified } = image;
    if (known.id !== id || known.modified !== modified) this.#rows[row] = { ...known, id, bytes, modified };
    this.#files[row] = image;
  }

  #kill(row: number): void {
    this.#rows[row] = { ...this.#rows[row], id: "" };
  }

  /** Whether its file is gone for good. */
  #isLeft(row: number): boolean {
    const { id } = this.#rows[row];
    return id !== "" && !this.#isListed(id);
  }

  /** Earlier rows, dead ones included, whose features are at hand. */
  #withContent(sha256: string): readonly number[] {
    if (!this.#rowsOfContent) {
      this.#rowsOfContent = new Map();
      for (const [row, { sha256: content }] of this.#rows.entries()) {
        const rows = this.#rowsOfContent.get(content);
        if (rows) rows.push(row);
        else if (content !== "") this.#rowsOfContent.set(content, [row]);
      }
    }
    return this.#rowsOfContent.get(sha256) ?? [];
  }
}
