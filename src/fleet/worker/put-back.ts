import { type Job, WaitingError } from "bullmq";
import type { JobData, JobReturn } from "#fleet/queue/fleet-queues.ts";

/** To the head of the queue, for the next worker; it does not count as tried. */
export async function putBack(job: Job<JobData, JobReturn>, token: string): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}
