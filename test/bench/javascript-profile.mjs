// Loaded ahead of everything in each process and thread (node --import): takes V8's CPU profile of the thread, and writes twice a second
// how its time was spent, so that it is known of processes that are killed, too. Lines of JSON in TWINSIFT_PROFILES: from, to (the clock of
// process.hrtime), javascript, collector, wasm; seconds.
import { appendFileSync } from "node:fs";
import { Session } from "node:inspector";
import { join } from "node:path";
import { threadId } from "node:worker_threads";

const INTERVAL_MS = 500;
const file = join(process.env.TWINSIFT_PROFILES ?? ".", `${process.pid}-${threadId}.ndjson`);
const session = new Session();
session.connect();
session.post("Profiler.enable");
let from = now();
session.post("Profiler.start", note);

function now() {
  return Number(process.hrtime.bigint()) / 1e9;
}

function note() {
  from = now();
  setTimeout(() => {
    session.post("Profiler.stop", (error, answer) => {
      if (!error) appendFileSync(file, `${JSON.stringify({ from, to: now(), ...spent(answer.profile) })}\n`);
      session.post("Profiler.start", note);
    });
  }, INTERVAL_MS).unref();
}

/** @param {import("node:inspector").Profiler.Profile} profile */
function spent({ nodes, samples = [], timeDeltas = [] }) {
  const kinds = new Map(nodes.map(({ id, callFrame }) => [id, kindOf(callFrame)]));
  const seconds = { javascript: 0, collector: 0, wasm: 0 };
  for (const [i, id] of samples.entries()) {
    const kind = kinds.get(id);
    // a sample stands for the time until the next one
    if (kind) seconds[kind] += Math.max(0, timeDeltas[i + 1] ?? 0) / 1e6;
  }
  return seconds;
}

/**
 * @param {import("node:inspector").Runtime.CallFrame} frame
 * @returns {"javascript" | "collector" | "wasm" | undefined}
 */
function kindOf({ functionName, url }) {
  if (functionName === "(garbage collector)") return "collector";
  if (url.startsWith("wasm:")) return "wasm";
  // what has no file waits, or is native code that JavaScript has called: the file system, ONNX Runtime
  return url === "" ? undefined : "javascript";
}
