import type { WorkerPool } from "#base/worker-pool.ts";
import { type FeatureMatrix, rowsOf } from "#data/feature-matrix.ts";
import type { ImageVectors } from "#data/image-vectors.ts";
import type { NearestRows } from "#search/nearest-rows.ts";
import type { SearchHandlers } from "#search/search-worker.ts";

const PART_ROWS = 8192;

/** Learns how much of a comparison is done, of how much. */
export type OnCompared = (done: number, total: number) => void;

/** The nearest base image of every image, by their closest vectors: the smaller number of equally near ones. Exact, on all threads. */
export async function nearestImages(
  pool: WorkerPool<SearchHandlers>,
  images: ImageVectors,
  base: ImageVectors,
  onProgress?: OnCompared,
): Promise<NearestRows> {
  const { matrix } = images;
  let done = 0;
  const parts = Array.from({ length: Math.ceil(matrix.rowCount / PART_ROWS) }, (_, part) => {
    const count = Math.min(PART_ROWS, matrix.rowCount - part * PART_ROWS);
    const rows = Uint32Array.from({ length: count }, (_, i) => part * PART_ROWS + i);
    return pool.call("nearest", { queries: { features: matrix, rows }, base: base.matrix }).then((nearest) => {
      done += count;
      onProgress?.(done, matrix.rowCount);
      return nearest;
    });
  });
  const row = new Uint32Array(images.imageCount);
  const distance = new Float64Array(images.imageCount).fill(Number.POSITIVE_INFINITY);
  let vector = 0;
  for (const ofVectors of await Promise.all(parts)) {
    for (const [i, nearest] of ofVectors.distance.entries()) {
      const image = images.imageOf[vector++];
      const other = base.imageOf[ofVectors.row[i]];
      if (nearest > distance[image] || (nearest === distance[image] && other >= row[image])) continue;
      distance[image] = nearest;
      row[image] = other;
    }
  }
  return { row, distance };
}

/** The rows of a matrix in runs of so many; the last may be shorter. */
export function inParts(matrix: FeatureMatrix, size: number): FeatureMatrix[] {
  return Array.from({ length: Math.ceil(matrix.rowCount / size) }, (_, part) =>
    rowsOf(matrix, part * size, Math.min((part + 1) * size, matrix.rowCount)),
  );
}
