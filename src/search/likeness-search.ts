import type { WorkerPool } from "#base/worker-pool.ts";
import { type FeatureMatrix, rowsOf } from "#data/feature-matrix.ts";
import { type ImageVectors, vectorsByImage } from "#data/image-vectors.ts";
import { type PairList, pairsAmong } from "#data/pair-list.ts";
import { inParts, nearestImages, type OnCompared } from "#search/nearest-images.ts";
import { type NeighbourLists, neighbourLists } from "#search/neighbours.ts";
import { PairSearch } from "#search/pair-search.ts";
import { joined } from "#search/principal-vectors.ts";
import type { SearchHandlers } from "#search/search-worker.ts";

/** Directions that are kept. */
const WIDTH = 128;

/** Neighbours that an image has on average. */
const NEIGHBOURS = 64;

const FIT_ROWS = 4096;
const RADIUS_ROWS = 1024;
const SHARD_ROWS = 8192;
const BLOCK_ROWS = 1024;
const ISOLATION_ROWS = 1024;
const ISOLATION_NEIGHBOUR = 5;
const FEW_ROWS = 2048;

/** A sample may mislead: with so many times the expected pairs, the radius is made smaller. */
const MOST_TIMES = 4;
const SMALLER = 0.9;

/** Which images are like each other, and like labeled ones, as Representative takes it. */
export interface Likeness {
  readonly neighbours: NeighbourLists & { readonly radius: number };
  /** From each image to its nearest labeled one; undefined when nothing is labeled. */
  readonly toLabeled: Float64Array | undefined;
}

const NOBODY: Likeness = {
  neighbours: { starts: Uint32Array.of(0), images: new Uint32Array(0), distances: new Float64Array(0), radius: 1 },
  toLabeled: undefined,
};

/**
 * Finds the neighbours of all images, in the directions in which they differ most: vectors have their mean taken off, keep their WIDTH leading
 * principal components and are brought to unit length. That leaves out what is alike in all images and what tells apart few. Neighbours
 * are the images within the radius at which an image has NEIGHBOURS on average, as a sample shows; exact for the vectors so made.
 */
export async function findLikeness(
  pool: WorkerPool<SearchHandlers>,
  images: ImageVectors,
  labeled: ImageVectors | undefined,
  onProgress?: OnCompared,
): Promise<Likeness> {
  const { imageCount, imageOf } = images;
  if (imageCount === 0) return NOBODY;
  const sample = rowsAt(images.matrix, spread(imageCount, FIT_ROWS));
  const rotation = await pool.call("fitPrincipal", { sample, width: WIDTH });
  const turn = async ({ matrix }: ImageVectors) => {
    const turned = inParts(matrix, SHARD_ROWS).map((features) => pool.call("principalVectors", { features, rotation }));
    return joined(
      (await Promise.all(turned)).map(({ values }) => values),
      rotation.width,
    );
  };
  const vectors = await turn(images);
  const all = { matrix: vectors, imageCount, imageOf };
  const expected = Math.min(NEIGHBOURS, imageCount - 1) * imageCount;
  let radius = await radiusOf(pool, all);
  const within = { most: MOST_TIMES * expected, onProgress };
  let pairs = await pairsWithin(pool, vectors, radius, within);
  for (; pairs === undefined; pairs = await pairsWithin(pool, vectors, radius, within)) radius *= SMALLER;
  const neighbours = { ...neighbourLists(pairs, imageOf, imageCount), radius };
  if (!labeled) return { neighbours, toLabeled: undefined };
  const base = { ...labeled, matrix: await turn(labeled) };
  const { distance: toLabeled } = await nearestImages(pool, all, base);
  return { neighbours, toLabeled };
}

async function radiusOf(pool: WorkerPool<SearchHandlers>, images: ImageVectors): Promise<number> {
  const { matrix, imageCount } = images;
  const numbers = vectorsByImage(images);
  const perImage = matrix.rowCount / Math.max(1, imageCount);
  const some = [...spread(imageCount, Math.ceil(RADIUS_ROWS / perImage))].map((image) => numbers[image]);
  const sample = rowsAt(matrix, Uint32Array.from(some.flat()));
  const own = Uint32Array.from(some.flatMap((vectors, image) => vectors.map(() => image)));
  const radius = await pool.call("neighbourRadius", { sample, imageOf: own, share: NEIGHBOURS / (imageCount - 1) });
  // unit vectors are not farther apart
  return Math.min(radius, 2 * (1 + 2 ** -20));
}

/** Undefined when there are more than `most`. */
async function pairsWithin(
  pool: WorkerPool<SearchHandlers>,
  matrix: FeatureMatrix,
  threshold: number,
  { most, onProgress }: { most: number; onProgress: OnCompared | undefined },
): Promise<PairList[] | undefined> {
  // an empty shard first: a search then compares few rows as they are, which needs no sketches
  const shards = [rowsOf(matrix, 0, 0), ...inParts(matrix, matrix.rowCount <= FEW_ROWS ? FEW_ROWS : SHARD_ROWS)];
  const readShard = async (shard: number) => shards[shard];
  const search = new PairSearch(pool, { threshold, blockRows: BLOCK_ROWS, readShard, fewRows: FEW_ROWS });
  const lists: PairList[] = [];
  let [count, compared] = [0, 0];
  for await (const part of search.add(shards.map((features) => ({ features })))) {
    count += part.count;
    compared += part.compared;
    onProgress?.(compared, pairsAmong(matrix.rowCount));
    if (count > most) return undefined;
    lists.push(part.toPairs());
  }
  return lists;
}

/** Up to `count` numbers below `end`, evenly spread. */
function spread(end: number, count: number): Uint32Array {
  const sampled = Math.min(end, count);
  return Uint32Array.from({ length: sampled }, (_, i) => Math.floor((i * end) / sampled));
}

/**
 * How far the picture of each image, as it stands, is from the fifth nearest of about 1,000 images, evenly spread; of fewer where there are
 * not so many. Plain L2, float32, shape (images,).
 */
export async function findIsolation(
  pool: WorkerPool<SearchHandlers>,
  { matrix, imageCount }: ImageVectors,
): Promise<Float32Array> {
  const sampled = spread(imageCount, ISOLATION_ROWS);
  const sample = rowsAt(matrix, sampled);
  const shared = { sample, sampled, neighbour: ISOLATION_NEIGHBOUR };
  const parts = inParts(rowsOf(matrix, 0, imageCount), SHARD_ROWS);
  const found = await Promise.all(
    parts.map((rows, part) => pool.call("isolation", { ...shared, rows, firstRow: part * SHARD_ROWS })),
  );
  const all = new Float32Array(imageCount);
  for (const [part, { distances }] of found.entries()) all.set(distances, part * SHARD_ROWS);
  return all;
}

/** Rows in memory of their own, which ONNX Runtime may read. */
function rowsAt({ values, dim }: FeatureMatrix, rows: Uint32Array): FeatureMatrix {
  const chosen = new Float32Array(rows.length * dim);
  for (const [i, row] of rows.entries()) chosen.set(values.subarray(row * dim, (row + 1) * dim), i * dim);
  return { values: chosen, rowCount: rows.length, dim };
}
