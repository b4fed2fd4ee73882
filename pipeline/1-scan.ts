import { stat } from "node:fs/promises";
import pLimit, { type LimitFunction } from "p-limit";
import type { UnreadableFile } from "#artifacts/unreadable-files.ts";
import { chunksOf } from "#base/chunks-of.ts";
import { FileHasher } from "#base/file-hasher.ts";
import { orderedMap } from "#base/ordered-map.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { HashedImage, ImageFile, UnreadableImage } from "#data/image-record.ts";
import type { RowOwners } from "#data/row-owners.ts";

export interface ScanOptions {
  readonly owners: RowOwners;
  /** Files that earlier runs could not read for what is in them, by id. */
  readonly knownUnreadable: ReadonlyMap<string, UnreadableFile>;
  /** True: every file is read, whatever its size and time say. */
  readonly verify: boolean;
  readonly progress: Progress;
  readonly unreadable: UnreadableImage[];
}

/** An image that the index has no row for yet. */
export interface FreshImage {
  readonly image: HashedImage;
  /** A row with the same content, whose features can be copied. */
  readonly copyOf: number | undefined;
}

/** Files that are asked for their size and time at once: most nights nothing else is done with most of them. */
const STATS_AT_ONCE = 128;

/**
 * File systems keep times to 2 s at worst: a file that was written so shortly before it was read may be written again without a change
 * of its time. So may one whose time lies in the future, as where a clock was set back.
 */
const TIME_GRAIN_MS = 2000;

/**
 * Finds the row of every listed file and yields the images that have none, in id order. A file is only read, for its SHA-256, where its
 * path, size or time is not known. What cannot be read goes to `unreadable`.
 */
export async function* scan(files: readonly ImageFile[], options: ScanOptions): AsyncGenerator<FreshImage> {
  const { owners, progress, unreadable } = options;
  progress.update("scan", "files", 0, files.length);
  const hasher = new FileHasher();
  const reader = { hasher, reads: pLimit(FileHasher.atOnce) };
  let done = 0;
  try {
    for await (const chunk of orderedMap(chunksOf(files, STATS_AT_ONCE), 2, (some) =>
      lookAtAll(some, reader, options),
    )) {
      done += chunk.files;
      progress.update("scan", "files", done);
      for (const found of chunk.found) {
        if ("reason" in found) {
          unreadable.push(found);
          continue;
        }
        const claim = owners.claim(found);
        if (claim.kind !== "row") yield { image: found, copyOf: claim.kind === "copy" ? claim.row : undefined };
      }
    }
  } finally {
    await hasher.close();
  }
  progress.finish("scan");
}

interface Reader {
  readonly hasher: FileHasher;
  /** A file's time is compared with the clock when it is read, not when it is waited for. */
  readonly reads: LimitFunction;
}

/** The files among some that were read, or could not be. */
async function lookAtAll(files: readonly ImageFile[], reader: Reader, options: ScanOptions) {
  const found = await Promise.all(files.map((file) => look(file, reader, options)));
  return { files: files.length, found: found.filter((each) => each !== undefined) };
}

/** The file's content, or undefined where it is known without reading. */
async function look(
  file: ImageFile,
  { hasher, reads }: Reader,
  { owners, knownUnreadable, verify }: ScanOptions,
): Promise<HashedImage | UnreadableImage | undefined> {
  try {
    if (file.problem !== undefined) throw new Error(file.problem);
    const { size: bytes, mtimeMs: modified } = await stat(file.path);
    if (!verify) {
      if (owners.claimUnread(file, { bytes, modified })) return undefined;
      const known = knownUnreadable.get(file.id);
      if (known?.bytes === bytes && known.modified === modified) return known;
    }
    return await reads(async () => {
      const readAt = Date.now();
      const content = await hasher.hash(file.path);
      return { ...file, ...content, modified: modified < readAt - TIME_GRAIN_MS ? modified : null };
    });
  } catch (error) {
    return { id: file.id, stage: "scan", reason: messageOf(error).replaceAll(file.path, "the file") };
  }
}
