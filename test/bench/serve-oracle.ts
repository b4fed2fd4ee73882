import { compareUtf8 } from "#base/compare-utf8.ts";
import { type FeatureMatrix, squaredDistance } from "#data/feature-matrix.ts";
import type { DrawnImages } from "./serve-exact-data.ts";

export type Metric = "l2" | "cosine";

export interface Neighbour {
  readonly objectId: string;
  readonly distance: number;
}

/** Compares a query with every vector of every image in float64, one after the other. */
export class Oracle {
  readonly #images: DrawnImages;
  /** Rows that have an image, in the order of their ids. */
  readonly #inOrder: readonly number[];

  constructor(images: DrawnImages) {
    this.#images = images;
    const alive = images.ids.flatMap((id, row) => (id === "" ? [] : [row]));
    this.#inOrder = alive.sort((a, b) => compareUtf8(images.ids[a], images.ids[b]));
  }

  /** The images nearest to one of their own, by the closest vectors of the two. */
  nearestTo(row: number, limit: number): Neighbour[] {
    return this.#nearest(this.#vectorsOf(row), limit);
  }

  /** The images nearest to row `query` of a matrix. */
  nearest(queries: FeatureMatrix, query: number, limit: number): Neighbour[] {
    return this.#nearest([{ matrix: queries, row: query }], limit);
  }

  #nearest(query: readonly Vector[], limit: number): Neighbour[] {
    const found = this.#inOrder.map((row) => ({
      objectId: this.#images.ids[row],
      distance: this.#closest(query, row),
    }));
    // the sort is stable: equally near ones stay in the order of their ids
    return found.sort((a, b) => a.distance - b.distance).slice(0, limit);
  }

  #closest(query: readonly Vector[], row: number): number {
    const of = this.#images.metric === "cosine" ? cosineDistance : plainDistance;
    let closest = Number.POSITIVE_INFINITY;
    for (const own of this.#vectorsOf(row)) for (const one of query) closest = Math.min(closest, of(one, own));
    return closest;
  }

  #vectorsOf(row: number): Vector[] {
    const { features, views } = this.#images;
    const own = [{ matrix: features, row }];
    if (!views) return own;
    const perImage = views.rowCount / features.rowCount;
    return [...own, ...Array.from({ length: perImage }, (_, i) => ({ matrix: views, row: row * perImage + i }))];
  }
}

interface Vector {
  readonly matrix: FeatureMatrix;
  readonly row: number;
}

function plainDistance({ matrix: a, row: i }: Vector, { matrix: b, row: j }: Vector): number {
  return Math.sqrt(squaredDistance(a.values, i * a.dim, b.values, j * b.dim, a.dim));
}

/** 1 − cosine; 1 where one of the two is a vector of zeros. */
function cosineDistance({ matrix: a, row: i }: Vector, { matrix: b, row: j }: Vector): number {
  let [dot, left, right] = [0, 0, 0];
  for (let f = 0; f < a.dim; f++) {
    const [x, y] = [a.values[i * a.dim + f], b.values[j * b.dim + f]];
    dot += x * y;
    left += x * x;
    right += y * y;
  }
  return left === 0 || right === 0 ? 1 : 1 - dot / Math.sqrt(left * right);
}

/** A cosine's rounding. */
const COSINE_TOLERANCE = 1e-12;

/**
 * What is wrong with an answer; undefined where it is right. Plain distances must be the same to the bit and in the same order; cosines
 * within 1e-12, where images that are no farther apart than that may change places.
 */
export function fault(found: readonly Neighbour[], expected: readonly Neighbour[], metric: Metric): string | undefined {
  if (found.length !== expected.length) return `${found.length} images, expected ${expected.length}`;
  const places = new Map(expected.map(({ objectId, distance }) => [objectId, distance]));
  const last = expected[expected.length - 1]?.distance;
  for (const [i, { objectId, distance }] of found.entries()) {
    const there = `place ${i}: ${JSON.stringify(objectId)} at ${distance}`;
    const wanted = `expected ${JSON.stringify(expected[i].objectId)} at ${expected[i].distance}`;
    if (metric === "l2" && (objectId !== expected[i].objectId || distance !== expected[i].distance)) {
      return `${there}, ${wanted}`;
    }
    const own = places.get(objectId) ?? last;
    const off = Math.max(Math.abs(distance - expected[i].distance), Math.abs(distance - own));
    if (!(off <= COSINE_TOLERANCE)) return `${there}, ${wanted}`;
    const next = found[i + 1];
    if (next?.distance === distance && compareUtf8(objectId, next.objectId) > 0) return `${there} before its elder`;
  }
  return undefined;
}
