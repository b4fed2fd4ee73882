import type { WorkerNotice } from "#fleet/announcements.ts";
import { formatNumberOf } from "#terminal/format.ts";

/** How many work on a run, for a person. */
export function workersLine(workers: readonly WorkerNotice[], address: string): string {
  if (workers.length === 0)
    return `No worker yet: start \`npm run worker -- --fleet redis://${address}\` on any machine that has the same files`;
  const machines = new Set(workers.map(({ host }) => host)).size;
  return `${formatNumberOf(workers.length, "worker")} on ${formatNumberOf(machines, "machine")}`;
}
