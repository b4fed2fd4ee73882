import { serve } from "#base/worker-thread.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { type NearestRows, nearestRows } from "#search/nearest-rows.ts";
import { type PairSearch, pairsWithin } from "#search/pairs-within.ts";
import { TileKernel } from "#search/tile-kernel.ts";

let opened: Promise<TileKernel> | undefined;

function kernel(): Promise<TileKernel> {
  opened ??= TileKernel.open("cpu");
  return opened;
}

const handlers = {
  async pairs(search: PairSearch) {
    const { pairs, refined } = await pairsWithin(await kernel(), search);
    return { ...pairs, refined };
  },
  async nearest({ queries, base }: { queries: FeatureMatrix; base: FeatureMatrix }): Promise<NearestRows> {
    return nearestRows(await kernel(), queries, base);
  },
};

export type SearchHandlers = typeof handlers;
serve(handlers);
