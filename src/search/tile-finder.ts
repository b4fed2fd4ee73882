import type { SketchedShard } from "#search/lay-out.ts";
import type { Quantiser } from "#search/quantise.ts";
import type { TileHits } from "#search/tile-hits.ts";
import type { GroupSize } from "#search/tile-kernel.ts";

/** What is asked of a device that computes tile products. */
export interface TileRequest {
  readonly left: SketchedShard;
  readonly right: SketchedShard;
  /** Left blocks, half open. */
  readonly blocks: { readonly first: number; readonly end: number };
  readonly quantiser: Quantiser;
  readonly groupSize: GroupSize;
}

/** A device that computes tile products. */
export interface TileFinder {
  /** @returns undefined where the search's own threads are to compute them: the device is gone, or would not be exact */
  find(request: TileRequest): Promise<TileHits | undefined>;
}
