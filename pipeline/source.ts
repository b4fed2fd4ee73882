import type { MatchLog } from "#artifacts/match-log.ts";
import type { PairStrips } from "#artifacts/pair-strips.ts";
import type { ShardStore } from "#artifacts/shard-store.ts";
import type { ThumbnailLog } from "#artifacts/thumbnail-log.ts";
import type { ImageRecord, UnreadableImage } from "#data/image-record.ts";
import type { KnownGroup } from "#data/known-group.ts";
import type { ImageChanges } from "#data/row-owners.ts";
import type { Shard } from "#data/shard.ts";
import type { PictureReader } from "#images/picture-reader.ts";
import type { RunFacts, ScannedFolder } from "#reports/run-report.ts";

/** Where the rows of a run come from: pictures, or features that somebody else made. */
export interface Source {
  readonly store: ShardStore;
  readonly strips: PairStrips;
  /** Shards that lay in the store before, and whose rows had an image then. */
  readonly earlierShards: number;
  readonly isAlive: (row: number) => boolean;
  readonly vectorsAlive: (shard: number) => number;
  /** Shards that come in this run, not read yet; take them once. */
  readonly fresh: AsyncIterable<Shard>;
  /** Rows there may be in all. */
  readonly expectedRows: number;
  readonly ignored: number;
  readonly nameRow: (row: number) => string;
  /** Where an image lies on disk; undefined where there are no pictures. */
  readonly pathOf: (id: string) => string | undefined;
  /** Where images were looked for. */
  readonly folders: readonly ScannedFolder[];
  /** Undefined where there are no pictures. */
  readonly reader: PictureReader | undefined;
  /** Grows while the shards are read. */
  readonly unreadable: readonly UnreadableImage[];
  readonly model: RunFacts["model"] | undefined;
  /** What earlier runs saw in pairs; undefined where nothing is kept. */
  readonly matches: MatchLog | undefined;
  /** Small pictures that are kept; undefined where there are none. To be closed before the source. */
  openThumbnails(): Promise<ThumbnailLog | undefined>;
  /** What the latest finished run reported; undefined where that is not known. */
  readGroups(): Promise<readonly KnownGroup[] | undefined>;
  /** Once all shards were read: tells which file has which row. */
  settle(): Promise<SettledRows>;
  /** Lets go of threads and files. */
  close(): Promise<void>;
}

/** The images of a run. */
export interface SettledRows {
  /** Undefined for rows that have no image now; shape (rows,). */
  readonly imageOfRow: readonly (ImageRecord | undefined)[];
  readonly changes: ImageChanges;
  /**
   * Takes note of it once the reports are in place, so that a run that is ended before tells of its changes again, and tidies up. Nothing
   * can be read from the source afterwards.
   *
   * @param groups that the next run will find
   */
  commit(groups?: readonly KnownGroup[]): Promise<void>;
}
