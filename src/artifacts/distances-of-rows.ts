import type { ShardCache } from "#artifacts/shard-cache.ts";
import type { ShardStore } from "#artifacts/shard-store.ts";
import { closestDistance, vectorsByImage } from "#data/image-vectors.ts";
import type { Shard } from "#data/shard.ts";

/** Pairs whose distance is wanted, as rows of an index. */
export interface RowPairs {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
}

/** Pairs after which it is told how far it is, and others get their turn. */
const TELL_EVERY = 10_000;

/**
 * Plain L2 of the images of each pair, by their closest vectors; float64, shape (pairs,). Pairs are taken shard by shard, so that a shard
 * is read once for each other shard at most.
 *
 * @param onProgress learns how many pairs were measured
 */
export async function distancesOfRows(
  { left, right }: RowPairs,
  store: ShardStore,
  cache: ShardCache,
  onProgress: (done: number) => void,
): Promise<Float64Array> {
  const [ofLeft, ofRight] = [left, right].map((rows) => rows.map((row) => store.shardOf(row)));
  const order = Uint32Array.from(left.keys());
  order.sort((i, j) => ofLeft[i] - ofLeft[j] || ofRight[i] - ofRight[j]);
  const distances = new Float64Array(left.length);
  let [first, second]: (NumberedShard | undefined)[] = [];
  for (const [done, i] of order.entries()) {
    if (done % TELL_EVERY === 0) {
      onProgress(done);
      await new Promise(setImmediate);
    }
    if (first?.shard.number !== ofLeft[i]) first = numbered(await cache.read(ofLeft[i]));
    if (second?.shard.number !== ofRight[i]) second = numbered(await cache.read(ofRight[i]));
    distances[i] = closestDistance(
      first.shard.vectors,
      first.numbers[left[i] - first.shard.firstRow],
      second.shard.vectors,
      second.numbers[right[i] - second.shard.firstRow],
    );
  }
  return distances;
}

interface NumberedShard {
  readonly shard: Shard;
  /** Those of each image's vectors. */
  readonly numbers: readonly (readonly number[])[];
}

function numbered(shard: Shard): NumberedShard {
  return { shard, numbers: vectorsByImage(shard.vectors) };
}
