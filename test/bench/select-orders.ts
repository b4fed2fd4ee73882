import { collect } from "#base/bounded-buffer.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { choose } from "#candidates/choose.ts";
import { FarthestFirst } from "#candidates/farthest-first.ts";
import { Representative } from "#candidates/representative.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { imageVectors } from "#data/image-vectors.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import type { Searcher } from "#search/searcher.ts";
import { kMeansCentres } from "./k-means.ts";
import { distances, rowsAt, shuffled } from "./select-rows.ts";

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
