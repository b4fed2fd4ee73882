import { setTimeout as pause } from "node:timers/promises";
import { PipelineError } from "#base/pipeline-error.ts";
import { resultKey, taskKey, taskName } from "#fleet/fleet-plan.ts";
import type { JobData, JobReturn } from "#fleet/queue/fleet-queues.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import type { WorkerRun } from "#fleet/worker/worker-runs.ts";

const NAME = /^(embed|compare)-[0-9a-f]{64}$/;
/** A shared folder may show a new file late: NFS asks for a folder that it knows again after 60 s at most (nfs(5), acdirmax). */
const SHOWN_WITHIN_MS = 75_000;
const LOOK_EVERY_MS = 250;

/**
 * Does a task whose result is not there yet. The specification is read from storage, the result written to it.
 *
 * @throws WorkerUnfit where this machine cannot do what others may
 * @throws PipelineError `artifact` where there is no such task
 */
export async function doTask(
  { name, space }: JobData,
  { plan, storage, handlers }: WorkerRun,
): Promise<JobReturn["outcome"]> {
  const kind = NAME.exec(name)?.[1] as "embed" | "compare" | undefined;
  // names come over the network, and become names of files
  if (!kind || space !== plan.space)
    throw new PipelineError(
      "artifact",
      `Expected a task of ${JSON.stringify(plan.space)}, found ${JSON.stringify(name)}`,
    );
  const result = resultKey(space, name);
  if (await storage.has(result)) return "known";
  const specification = await specificationOf(storage, taskKey(space, name));
  if (name !== taskName(kind, specification))
    throw new PipelineError("artifact", `Expected the task "${name}" in ${storage.name}, found one that is damaged`);
  await storage.write(result, await handlers.tasks[kind](specification));
  return "done";
}

async function specificationOf(storage: FleetStorage, key: string): Promise<Uint8Array> {
  const end = performance.now() + SHOWN_WITHIN_MS;
  for (;;) {
    const specification = await storage.read(key);
    if (specification) return specification;
    if (performance.now() > end)
      throw new PipelineError(
        "artifact",
        `Found no ${JSON.stringify(key)} in ${storage.name}, expected what a task asks for`,
      );
    await pause(LOOK_EVERY_MS);
  }
}
