import { deviceShard, isExactInFloat } from "#search/device-shard.ts";
import type { DeviceTiles } from "#search/device-tiles.ts";
import type { TileFinder } from "#search/tile-finder.ts";
import type { GroupSize } from "#search/tile-kernel.ts";

/** Finds hits as a device's process does, in this one; counts them. */
export class TilesHere implements TileFinder {
  found = 0;
  readonly #open: (groupSize: GroupSize) => Promise<DeviceTiles>;

  constructor(open: (groupSize: GroupSize) => Promise<DeviceTiles>) {
    this.#open = open;
  }

  async find({ left, right, blocks, quantiser, groupSize }: Parameters<TileFinder["find"]>[0]) {
    if (!isExactInFloat(left, right, quantiser)) return undefined;
    const tiles = await this.#open(groupSize);
    const [a, b] = [left, right].map((shard) => deviceShard(shard, quantiser, groupSize));
    this.found++;
    return tiles.hits({ left: a, right: b, blocks, quantiser });
  }
}
