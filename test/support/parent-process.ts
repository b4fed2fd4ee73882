// A parent that two children work for, one in JavaScript that waits and one in native code; says their pids.
import { ProcessPool } from "#base/process-pool.ts";
import type { OddHandlers } from "./odd-process.ts";

const pool = new ProcessPool<OddHandlers>(new URL("./odd-process.ts", import.meta.url), 2, {
  seconds: 600,
  memoryBytes: 2 ** 31,
});
const pids = await Promise.all([pool.call("pid", undefined), pool.call("pid", undefined)]);
pool.call("wait", 600_000).catch(() => undefined);
pool.call("hangNative", undefined).catch(() => undefined);
setTimeout(() => process.stdout.write(JSON.stringify(pids)), 100);
