import type { ThumbnailLog } from "#artifacts/thumbnail-log.ts";
import { orderedMap } from "#base/ordered-map.ts";
import type { Progress } from "#base/progress.ts";
import type { Candidate } from "#data/candidate.ts";
import type { Group } from "#data/group.ts";
import type { ImageRecord } from "#data/image-record.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import { CANDIDATES_SHARE, THUMBNAILS_PER_GROUP } from "#page/page-blocks.ts";
import type { Source } from "./source.ts";

const PICTURES_AHEAD = 16;

export interface Thumbnails {
  /** A small JPEG of an image, by its object id; undefined where there is none. */
  of(id: string): Uint8Array | undefined;
  /** How many there are at most. */
  readonly most: number;
}

export interface ThumbnailOptions {
  readonly images: readonly ImageRecord[];
  readonly source: Pick<Source, "openThumbnails" | "pathOf" | "reader">;
  /** At most so many. */
  readonly count: number;
  readonly progress: Progress;
}

/**
 * Makes small pictures of the images that reports show: of candidates and of groups in their order. Those that earlier runs made are kept,
 * by the content of their files.
 */
export async function makeThumbnails(
  groups: readonly Group[],
  candidates: readonly Candidate[],
  { images, source, count, progress }: ThumbnailOptions,
): Promise<Thumbnails> {
  const wanted = wantedRows(groups, candidates, count);
  const log = wanted.length > 0 ? await source.openThumbnails() : undefined;
  if (!log) return { of: () => undefined, most: count };
  try {
    const found = new Map<string, Uint8Array>();
    const make = (row: number) => thumbnailOf(images[row], log, source);
    progress.update("picture", "images", 0, wanted.length);
    let done = 0;
    for await (const jpeg of orderedMap(wanted, PICTURES_AHEAD, make)) {
      const { id, sha256 } = images[wanted[done++]];
      if (jpeg) found.set(id, jpeg);
      if (jpeg && !log.get(sha256)) await log.add(sha256, jpeg);
      progress.update("picture", "images", done);
    }
    progress.finish("picture");
    return { of: (id) => found.get(id), most: count };
  } finally {
    await log.close();
  }
}

function wantedRows(groups: readonly Group[], candidates: readonly Candidate[], count: number): number[] {
  const rows = new Set(candidates.slice(0, count * CANDIDATES_SHARE).map(({ row }) => row));
  for (const { members } of groups) {
    for (const { row } of members.slice(0, THUMBNAILS_PER_GROUP)) if (rows.size < count) rows.add(row);
  }
  return [...rows];
}

/** What vanished or changed since it was embedded has none. */
async function thumbnailOf(
  { id, sha256 }: ImageRecord,
  log: ThumbnailLog,
  { pathOf, reader }: ThumbnailOptions["source"],
): Promise<Uint8Array | undefined> {
  const path = pathOf(id);
  const known = log.get(sha256);
  if (known || path === undefined) return known;
  return reader?.thumbnail(path).catch((error) => {
    if (error instanceof UnreadablePicture) return undefined;
    throw error;
  });
}
