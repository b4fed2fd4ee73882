import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Collects this thread's garbage now. Shared memory stays alive until every thread that held it has collected its garbage, and neither a
 * worker's small heap nor the main one calls for that soon enough: gigabytes would stay that nobody uses.
 */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}
