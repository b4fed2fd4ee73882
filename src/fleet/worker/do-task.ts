import { PipelineError } from "#base/pipeline-error.ts";
import { resultKey, taskKey, taskName } from "#fleet/fleet-plan.ts";
import type { JobData, JobReturn } from "#fleet/queue/fleet-queues.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { untilShown } from "#fleet/storage/shown-late.ts";
import type { WorkerRun } from "#fleet/worker/worker-runs.ts";

const NAME = /^(embed|compare)-[0-9a-f]{64}$/;

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
  const specification = await untilShown(() => storage.read(key));
  if (specification) return specification;
  throw new PipelineError(
    "artifact",
    `Found no ${JSON.stringify(key)} in ${storage.name}, expected what a task asks for`,
  );
}
