import { collect } from "#base/bounded-buffer.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { choose } from "#candidates/choose.ts";
import { FarthestFirst } from "#candidates/farthest-first.ts";
import { Representative } from "#candidates/representative.ts";
import { type FeatureMatrix, sharedMatrix } from "#data/feature-matrix.ts";
import { imageVectors } from "#data/image-vectors.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import type { Searcher } from "#search/searcher.ts";

/** What an order is asked: all rows, those that are labeled, and the others. */
export interface Asked {
  readonly features: FeatureMatrix;
  readonly labeled: readonly number[];
  readonly pool: readonly number[];
  readonly count: number;
  readonly seed: number;
}

export const ORDERS = ["random", "k-means", "spread", "facility location", "represent"] as const;

/** Chooses rows of the pool, in an order of which any first are a choice too; k-means has no such order. */
export function chosenBy(name: (typeof ORDERS)[number], asked: Asked, tools: Tools): Promise<number[]> | number[] {
  const { pool, count, seed } = asked;
  if (name === "random") return shuffled(pool, new SeededRandom(seed + 1e6)).slice(0, count);
  if (name === "k-means") return kMeansCentres(asked, tools.product);
  if (name === "facility location") return facilityLocation(asked, tools.product);
  return ours(name, asked, tools.searcher);
}

export interface Tools {
  readonly searcher: Searcher;
  readonly product: MatrixProduct;
}

async function ours(name: "spread" | "represent", { features, labeled, pool, count }: Asked, searcher: Searcher) {
  const vectors = imageVectors(rowsAt(features, pool), undefined);
  const base = imageVectors(rowsAt(features, labeled), undefined);
  const { distance: toLabeled } = await searcher.nearestImages(vectors, base);
  const everything = { counts: () => true, isOpen: () => true };
  const coverage = searcher.coverage(vectors, { toLabeled, ...everything });
  const like = name === "spread" ? undefined : await searcher.likeness(vectors, base);
  const order = like ? new Representative(like.neighbours, like.toLabeled, everything) : new FarthestFirst(coverage);
  return (await collect(choose(order, coverage, { count }))).map(({ row }) => pool[row]);
}

/** Greedy facility location on plain distances, over all images: what the prototype did. */
async function facilityLocation({ features, labeled, pool, count }: Asked, product: MatrixProduct): Promise<number[]> {
  const covered = new Float32Array(features.rowCount).fill(Number.POSITIVE_INFINITY);
  const toAll = await distances(product, rowsAt(features, pool), features);
  const fromLabeled = await distances(product, rowsAt(features, labeled), features);
  const cover = (from: Float32Array) => {
    for (let row = 0; row < covered.length; row++) covered[row] = Math.min(covered[row], from[row]);
  };
  for (const from of fromLabeled) cover(from);
  const gain = (from: Float32Array) => {
    let sum = 0;
    for (let row = 0; row < covered.length; row++) if (from[row] < covered[row]) sum += covered[row] - from[row];
    return sum;
  };
  const atMost = toAll.map(gain);
  const open = new Set(pool.keys());
  const chosen: number[] = [];
  while (chosen.length < count) {
    let [best, largest] = [-1, -1];
    for (const i of open) {
      if (atMost[i] <= largest) continue;
      atMost[i] = gain(toAll[i]);
      if (atMost[i] > largest) [best, largest] = [i, atMost[i]];
    }
    open.delete(best);
    cover(toAll[best]);
    chosen.push(pool[best]);
  }
  return chosen;
}

const ROUNDS = 20;

/** Lloyd's k-means of the pool, begun with k-means++; the pool's image nearest to each centre. */
async function kMeansCentres({ features, pool, count, seed }: Asked, product: MatrixProduct): Promise<number[]> {
  const random = new SeededRandom(seed);
  const rows = rowsAt(features, pool);
  const { dim } = rows;
  const centres = { values: new Float32Array(count * dim), rowCount: count, dim };
  const nearest = new Float32Array(pool.length).fill(Number.POSITIVE_INFINITY);
  for (let c = 0, row = random.integer(0, pool.length); c < count; c++) {
    centres.values.set(rows.values.subarray(row * dim, (row + 1) * dim), c * dim);
    const [from] = await distances(product, rowsAt(rows, [row]), rows);
    for (let i = 0; i < nearest.length; i++) nearest[i] = Math.min(nearest[i], from[i] ** 2);
    let left = random.between(0, 1) * nearest.reduce((sum, square) => sum + square, 0);
    row = nearest.findIndex((square) => (left -= square) < 0);
    if (row < 0) row = random.integer(0, pool.length);
  }
  for (let round = 0; round < ROUNDS; round++) {
    const to = await distances(product, centres, rows);
    const [sums, counts] = [new Float64Array(count * dim), new Uint32Array(count)];
    for (let i = 0; i < pool.length; i++) {
      const c = smallestOf(to.map((from) => from[i]));
      counts[c]++;
      for (let f = 0; f < dim; f++) sums[c * dim + f] += rows.values[i * dim + f];
    }
    for (let i = 0; i < sums.length; i++) {
      const size = counts[Math.floor(i / dim)];
      if (size > 0) centres.values[i] = sums[i] / size;
    }
  }
  const chosen = new Set<number>();
  for (const from of await distances(product, centres, rows))
    chosen.add([...from.keys()].filter((i) => !chosen.has(i)).reduce((a, b) => (from[b] < from[a] ? b : a)));
  return [...chosen].map((i) => pool[i]);
}

/** L2 from each left row to all right ones, in float32. */
export async function distances(product: MatrixProduct, left: FeatureMatrix, right: FeatureMatrix) {
  const own = (matrix: FeatureMatrix) => matrix.values.slice(0, matrix.rowCount * matrix.dim);
  const dots = await product.multiply(own(left), own(right), left.dim);
  const squares = (matrix: FeatureMatrix) =>
    Float32Array.from({ length: matrix.rowCount }, (_, row) => {
      let sum = 0;
      for (let f = row * matrix.dim; f < (row + 1) * matrix.dim; f++) sum += matrix.values[f] ** 2;
      return sum;
    });
  const [ofLeft, ofRight] = [squares(left), squares(right)];
  return Array.from({ length: left.rowCount }, (_, a) =>
    ofRight.map((square, b) => Math.sqrt(Math.max(0, ofLeft[a] + square - 2 * dots[a * right.rowCount + b]))),
  );
}

export function rowsAt({ values, dim }: FeatureMatrix, rows: readonly number[]): FeatureMatrix {
  const chosen = sharedMatrix(rows.length, dim);
  for (const [i, row] of rows.entries()) chosen.values.set(values.subarray(row * dim, (row + 1) * dim), i * dim);
  return chosen;
}

export function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = random.integer(0, i + 1);
    [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
  }
  return mixed;
}

function smallestOf(numbers: readonly number[]): number {
  let smallest = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] < numbers[smallest]) smallest = i;
  return smallest;
}
