// Worker threads cannot start from a .ts file on Node 20: this registers tsx, then loads the module that was asked for.
import { workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
await import(workerData.module);
