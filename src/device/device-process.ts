// The process that owns a device. Its work is done in a thread, so that the process sees its parent end while a driver hangs; and in one
// thread, as two WebGPU sessions at once crash.
import { serveProcess } from "#base/serve-process.ts";
import { type Handlers, WorkerThread } from "#base/worker-thread.ts";
import type { DeviceHandlers } from "#device/device-worker.ts";

// features are to be the same on every machine: without this, NVIDIA's libraries keep ten bits of float32 operands. Set here, as what a
// thread sets is seen by no library
process.env.NVIDIA_TF32_OVERRIDE ??= "0";

const worker = new WorkerThread<Handlers>(new URL("./device-worker.ts", import.meta.url));
const names: readonly (keyof DeviceHandlers)[] = ["tryDevice", "openModel", "embed", "addShard", "dropShards", "hits"];

serveProcess(Object.fromEntries(names.map((name) => [name, (argument: unknown) => worker.call(name, argument)])));
