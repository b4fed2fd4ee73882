// The first module of a worker thread: loads the one that was asked for. Threads cannot start from a .ts file on Node 20: tsx is registered
// for one, and not even loaded for what was compiled, as it takes 0.2 s.
import { workerData } from "node:worker_threads";

const { module } = workerData;
if (module.endsWith(".ts")) (await import("tsx/esm/api")).register();
else process.setSourceMapsEnabled(true);
await import(module);
