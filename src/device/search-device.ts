import pLimit from "p-limit";
import { messageOf } from "#base/pipeline-error.ts";
import type { ComputeDevice } from "#device/compute-device.ts";
import { deviceShard, isExactInFloat } from "#search/device-shard.ts";
import type { SketchedShard } from "#search/lay-out.ts";
import type { Quantiser } from "#search/quantise.ts";
import type { TileFinder, TileRequest } from "#search/tile-finder.ts";
import type { TileHits } from "#search/tile-hits.ts";
import type { GroupSize } from "#search/tile-kernel.ts";

/** The tile products of searches on a device. Each shard goes there once. */
export class SearchDevice implements TileFinder {
  readonly #device: ComputeDevice;
  readonly #onFailed: (reason: string) => void;
  readonly #turn = pLimit(1);
  /** What the shards that lie there were made for, and their layouts. */
  #quantiser: Quantiser | undefined;
  readonly #sent = new Set<number>();
  #hasFailed = false;

  /** @param onFailed called once, when the device is there but cannot compute tiles any more */
  constructor(device: ComputeDevice, onFailed: (reason: string) => void) {
    this.#device = device;
    this.#onFailed = onFailed;
  }

  find(request: TileRequest): Promise<TileHits | undefined> {
    const { left, right, quantiser } = request;
    // a shard may not be dropped while another comparison needs it
    return this.#turn(async () => {
      if (this.#hasFailed || !this.#device.isThere || !isExactInFloat(left, right, quantiser)) return undefined;
      try {
        return await this.#find(request);
      } catch (error) {
        this.#hasFailed = true;
        this.#onFailed(messageOf(error));
        return undefined;
      }
    });
  }

  async #find({ left, right, blocks, quantiser, groupSize }: TileRequest): Promise<TileHits | undefined> {
    if (this.#quantiser !== quantiser) {
      this.#sent.clear();
      this.#quantiser = quantiser;
      await this.#device.call("dropShards", undefined);
    }
    await this.#send(left, quantiser, groupSize);
    await this.#send(right, quantiser, groupSize);
    const { name: device } = this.#device;
    const layouts = { left: left.layout, right: right.layout };
    return (await this.#device.call("hits", { device, ...layouts, blocks, quantiser, groupSize }))?.answer;
  }

  async #send(shard: SketchedShard, quantiser: Quantiser, groupSize: GroupSize): Promise<void> {
    if (this.#sent.has(shard.layout)) return;
    this.#sent.add(shard.layout);
    await this.#device.call("addShard", { shard: deviceShard(shard, quantiser, groupSize) });
  }
}
