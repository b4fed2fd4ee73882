import type { WorkerNotice } from "#fleet/queue/announcements.ts";
import { formatNumberOf } from "#terminal/format.ts";

/** How many work on a run, for a person. */
export function workersLine(workers: readonly WorkerNotice[], address: string): string {
  if (workers.length === 0)
    return `No worker at redis://${address}: start \`npm run worker\` with the same --fleet and --storage on any machine that sees the same files`;
  const machines = new Set(workers.map(({ host }) => host)).size;
  return `${formatNumberOf(workers.length, "worker")} on ${formatNumberOf(machines, "machine")}`;
}
