import { serve } from "#base/worker-thread.ts";
import { embedHandlers } from "#device/embed-handlers.ts";
import type { Accelerator } from "#onnx/accelerators.ts";
import { tryDevice } from "#onnx/device-trial.ts";
import type { DeviceShard } from "#search/device-shard.ts";
import { type DeviceComparison, DeviceTiles } from "#search/device-tiles.ts";
import type { TileHits } from "#search/tile-hits.ts";
import type { GroupSize } from "#search/tile-kernel.ts";

/** Shards of the search by their layout, and its graphs. */
const shards = new Map<number, DeviceShard>();
const opened = new Map<GroupSize, Promise<DeviceTiles>>();

function tiles(device: Accelerator, groupSize: GroupSize): Promise<DeviceTiles> {
  const known = opened.get(groupSize) ?? DeviceTiles.open(device, groupSize);
  opened.set(groupSize, known);
  return known;
}

function shardOf(layout: number): DeviceShard {
  const shard = shards.get(layout);
  if (!shard) throw new Error(`Shard ${layout} is not there`);
  return shard;
}

interface HitsRequest extends Pick<DeviceComparison, "blocks" | "quantiser"> {
  readonly device: Accelerator;
  /** Layouts. */
  readonly left: number;
  readonly right: number;
  readonly groupSize: GroupSize;
}

const handlers = {
  ...embedHandlers,
  tryDevice: ({ device }: { device: Accelerator }) => tryDevice(device),
  addShard({ shard }: { shard: DeviceShard }) {
    shards.set(shard.layout, shard);
  },
  dropShards: () => shards.clear(),
  async hits({ device, left, right, groupSize, ...request }: HitsRequest): Promise<TileHits> {
    const comparison = { ...request, left: shardOf(left), right: shardOf(right) };
    return (await tiles(device, groupSize)).hits(comparison);
  },
};

export type DeviceHandlers = typeof handlers;
serve(handlers);
