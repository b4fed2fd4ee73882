// npm run worker: does tasks of runs that were planned on other machines.

import { openWorkerStorage } from "#fleet/storage/worker-storage.ts";
import { openWorkerHandlers } from "#fleet/worker/worker-handlers.ts";
import { endProcess } from "#terminal/end-process.ts";
import { runFleetWorker } from "./run-fleet-worker.ts";

endProcess(
  runFleetWorker(process.argv.slice(2), {
    openStorage: (plan, settings) => openWorkerStorage(plan, settings),
    openHandlers: (_plan, storage, settings, progress) =>
      openWorkerHandlers(storage, settings, (line) => progress.note(line)),
  }),
);
