import {
  type EncodedRowsFolder,
  type StoredEncoding,
  type StoredFit,
  storedFit,
} from "#artifacts/encoded-rows-folder.ts";
import type { ShardPart } from "#artifacts/shard-files.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { orderedMap } from "#base/ordered-map.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import { type FeatureMatrix, rowsOf, sharedMatrix } from "#data/feature-matrix.ts";
import { distinctViews, type ImageVectors } from "#data/image-vectors.ts";
import type { Metric } from "#data/metric.ts";
import type { FittedRowIndex } from "#search/fit-row-index.ts";
import type { Searcher } from "#search/searcher.ts";
import type { ImageRows, ShardRows } from "#similarity/image-rows.ts";
import type { ReadyShard } from "#similarity/vector-index.ts";

export interface ReadyOptions {
  readonly searcher: Searcher;
  /** Where encoded rows are kept. */
  readonly kept: EncodedRowsFolder;
  readonly metric: Metric;
  /** Vectors that are at hand already, by the key of their shard; undefined where none are to be kept in memory. */
  readonly inMemory: ReadonlyMap<string, ImageVectors> | undefined;
  readonly progress: Progress;
}

/** What a query needs of all shards. */
export interface ReadyShards {
  readonly fitted: FittedRowIndex;
  readonly shards: readonly ReadyShard[];
}

/** Nearest images that queries usually ask for. */
const USUAL_COUNT = 100;
const SAMPLE_ROWS = 4096;
/** Fewer vectors are kept as they are: fitting a rotation would take longer. */
const FIT_FROM_VECTORS = 4000;
/** A fit serves until there are so many times more vectors, or fewer. */
const FIT_LASTS = 4;
const SHARDS_AHEAD = 2;
const STAGE = "encode";

/**
 * Reads what is kept of the shards, makes what is missing and keeps that. Where it cannot be kept, that is told, and the next one who asks
 * makes it again.
 */
export async function readyShards(rows: ImageRows, options: ReadyOptions): Promise<ReadyShards> {
  const { kept, inMemory } = options;
  const making = await beginMaking(rows, options);
  const { fit, store } = making;
  // one question is answered sooner without wide numbers than they are read
  const levels = inMemory ? fit.fitted.levels.length : 1;
  const shards: ReadyShard[] = [];
  const ready = async ([number, shard]: [number, ShardRows]): Promise<ReadyShard> => {
    const known = await kept.readRows(fit, shard.key, levels);
    if (known && !inMemory) return { shard, encoding: known, vectors: undefined };
    const vectors = inMemory?.get(shard.key) ?? (await store.readShard(number)).vectors;
    const made = known ?? (await encode(making, shard, number, vectors));
    const encoding = { ...made, levels: made.levels.slice(0, levels) };
    return { shard, encoding, vectors: inMemory && vectors };
  };
  for await (const shard of orderedMap(rows.shards.entries(), SHARDS_AHEAD, ready)) shards.push(shard);
  options.progress.finish(STAGE);
  await removeUnneeded(rows, kept, fit);
  return { fitted: { ...fit.fitted, levels: fit.fitted.levels.slice(0, levels) }, shards };
}

/** Makes what is missing, so that who asks later need not wait for it. */
export async function makeMissing(rows: ImageRows, options: Omit<ReadyOptions, "inMemory">): Promise<void> {
  const { kept } = options;
  const making = await beginMaking(rows, options);
  const { fit, store } = making;
  const make = async ([number, shard]: [number, ShardRows]): Promise<void> => {
    if (await kept.hasRows(fit, shard.key)) return;
    await encode(making, shard, number, (await store.readShard(number)).vectors);
  };
  for await (const _ of orderedMap(rows.shards.entries(), SHARDS_AHEAD, make));
  options.progress.finish(STAGE);
  await removeUnneeded(rows, kept, fit);
}

/** What is known once a fit is. */
interface Making {
  readonly fit: StoredFit;
  readonly store: ShardStore;
  readonly options: Omit<ReadyOptions, "inMemory">;
  /** Vectors that were encoded so far. */
  encoded: number;
}

async function beginMaking(rows: ImageRows, options: Making["options"]): Promise<Making> {
  return { fit: await readFit(rows, options), store: new ShardStore(rows.dim, partsOf(rows)), options, encoded: 0 };
}

/** Removes what is kept of shards and fits that are no more. */
async function removeUnneeded({ shards }: ImageRows, kept: EncodedRowsFolder, fit: StoredFit): Promise<void> {
  const keys = shards.map(({ key }) => key);
  // a disk that does not let it keeps a few files more
  await kept.removeOthers([fit], keys).catch(() => undefined);
}

/** Shards one after the other, without gaps where some are lost: a store counts its rows by its own parts. */
function* partsOf({ shards }: ImageRows) {
  let firstRow = 0;
  for (const { part } of shards) {
    yield { ...part, firstRow };
    firstRow += part.rowCount;
  }
}

async function readFit(rows: ImageRows, options: Making["options"]): Promise<StoredFit> {
  const { searcher, kept, metric, progress } = options;
  const vectorCount = rows.shards.reduce((sum, { part }) => sum + part.rowCount * (1 + (part.views?.perImage ?? 0)), 0);
  const known = await kept.readFit(metric);
  if (known && known.fitted.levels[0].rotation.dim === rows.dim && isFitFor(known, vectorCount)) return known;
  const sample = await sampleOf(rows);
  const plain = isPlain(vectorCount);
  const fitted = await searcher.fitRows({ sample, rowCount: vectorCount, count: USUAL_COUNT, plain, metric });
  const fit = storedFit(fitted, vectorCount);
  await kept.writeFit(fit).catch((error) => progress.note(notKept(error)));
  return fit;
}

function isFitFor({ rowCount }: StoredFit, vectorCount: number): boolean {
  if (isPlain(rowCount) || isPlain(vectorCount)) return isPlain(rowCount) === isPlain(vectorCount);
  return vectorCount <= FIT_LASTS * rowCount && rowCount <= FIT_LASTS * vectorCount;
}

function isPlain(vectorCount: number): boolean {
  return vectorCount < FIT_FROM_VECTORS;
}

/** Vectors from all over; a query needs one where there are none. */
async function sampleOf(rows: ImageRows): Promise<FeatureMatrix> {
  const { dim } = rows;
  const store = new ShardStore(dim, [...partsOf(rows)].map(unchecked));
  const { rowCount } = store;
  if (rowCount === 0) return sharedMatrix(1, dim);
  const count = Math.min(rowCount, SAMPLE_ROWS);
  const chosen = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * rowCount) / count));
  const { matrix } = await store.readVectors(chosen);
  const most = Math.min(matrix.rowCount, SAMPLE_ROWS);
  if (most === matrix.rowCount) return matrix;
  const sample = sharedMatrix(most, dim);
  for (let i = 0; i < most; i++) {
    const row = Math.floor((i * matrix.rowCount) / most);
    sample.values.set(rowsOf(matrix, row, row + 1).values, i * dim);
  }
  return sample;
}

/** A few rows are read alone, where all of a file would have to be for its checksum. */
function unchecked({ checksum: _, views, ...part }: ShardPart): ShardPart {
  if (!views) return part;
  const { checksum: __, ...rest } = views;
  return { ...part, views: rest };
}

async function encode(
  making: Making,
  { key, part }: ShardRows,
  number: number,
  { matrix }: ImageVectors,
): Promise<StoredEncoding> {
  const { fit, store, options } = making;
  const { searcher, kept, progress } = options;
  const first = store.firstRowOf(number);
  const rows = Uint32Array.from({ length: part.rowCount }, (_, i) => first + i);
  const views = await store.readViews(rows);
  const own = views && rowsOf(matrix, 0, part.rowCount);
  const encoding = {
    levels: await searcher.encodeRows(matrix, fit.fitted),
    views: own && views ? Uint32Array.from(distinctViews(own, views)) : new Uint32Array(0),
  };
  making.encoded += matrix.rowCount;
  progress.update(STAGE, "vectors", making.encoded);
  await kept.writeRows(fit, key, encoding).catch((error) => progress.note(notKept(error)));
  return encoding;
}

function notKept(error: unknown): string {
  return `What makes queries quick could not be kept: ${messageOf(error)}`;
}
