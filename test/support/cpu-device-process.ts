// A device's process for tests: its device is the CPU, and it fails as drivers do when FAIL_DEVICE says so.
import { serveProcess } from "#base/serve-process.ts";
import type { DeviceHandlers } from "#device/device-worker.ts";
import { embedHandlers } from "#device/embed-handlers.ts";
import type { DeviceShard } from "#search/device-shard.ts";
import { DeviceTiles } from "#search/device-tiles.ts";

const fails = process.env.FAIL_DEVICE;
const shards = new Map<number, DeviceShard>();
let calls = 0;

function fail(): void {
  if (fails === "by dying") process.kill(process.pid, "SIGKILL");
  if (fails === "by hanging") for (;;);
  if (fails === "by an error") throw new Error("DXGI_ERROR_DEVICE_REMOVED");
}

serveProcess({
  tryDevice: () => {
    if (fails === "at start") process.abort();
    if (fails === "by hanging at start") for (;;);
    return { isRight: fails !== "in numbers", seconds: fails === "by being slow" ? 3 : 0.5, cpuSeconds: 1 };
  },
  openModel: (model) => {
    if (fails === "with the model") throw new Error("Unsupported data type");
    return embedHandlers.openModel({
      ...model,
      device: "cpu",
      shelf: fails === "to see files" ? "/nonexistent" : model.shelf,
    });
  },
  embed: ({ place, pictures }) => {
    if (fails === "for want of memory" && place.preset.batch > 4) throw new Error("Failed to allocate memory");
    if (calls++ > 1) fail();
    return embedHandlers.embed({ place: { ...place, device: "cpu" }, pictures });
  },
  addShard: ({ shard }) => void shards.set(shard.layout, shard),
  dropShards: () => {
    if (fails === "by hanging") fail();
    shards.clear();
  },
  hits: async ({ left, right, groupSize, ...request }) => {
    if (calls++ > 1) fail();
    const tiles = await DeviceTiles.open("cpu", groupSize);
    const [a, b] = [shards.get(left) as DeviceShard, shards.get(right) as DeviceShard];
    return tiles.hits({ ...request, left: a, right: b });
  },
} satisfies { [Name in keyof DeviceHandlers]: (argument: Parameters<DeviceHandlers[Name]>[0]) => unknown });
