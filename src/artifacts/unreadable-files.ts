import type { FileRecord } from "#artifacts/index-record.ts";
import { readChecked } from "#artifacts/read-checked.ts";
import type { UnreadableImage } from "#data/image-record.ts";

/** A file whose content is at fault: it is passed over until it changes. */
export interface UnreadableFile extends UnreadableImage {
  readonly bytes: number;
  /** When it was written last, ms since 1970. */
  readonly modified: number;
  /** Of the limits that it was held against: others may let it pass. */
  readonly limits: string;
}

export function* unreadableLines(files: readonly UnreadableFile[]): Generator<string> {
  for (const file of files) yield `${JSON.stringify(file)}\n`;
}

export async function readUnreadable(folder: string, file: FileRecord | null): Promise<UnreadableFile[]> {
  if (!file) return [];
  const lines = (await readChecked(folder, file)).toString().split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line));
}
