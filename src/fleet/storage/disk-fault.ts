import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { WorkerUnfit } from "#fleet/fleet-plan.ts";

/** What keeps one machine from writing or reading while others may do it, and what to do about it. */
const FAULTS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full: make room on it",
  EDQUOT: "the quota of this user is used up: make room, or have it raised",
  EROFS: "the disk is read-only: mount it so that it can be written",
  EACCES: "this user may not: let it write and read there",
  EPERM: "this user may not: let it write and read there",
  EIO: "the disk fails: look at the disk or the network that leads to it",
  ESTALE: "the network folder was replaced: mount it again",
  ENOTCONN: "the network folder is not connected: mount it again",
  EHOSTDOWN: "the server of the network folder does not answer",
  ETIMEDOUT: "the server of the network folder does not answer",
  EMFILE: "too many files are open: raise the limit (ulimit -n)",
  ENFILE: "too many files are open on this machine",
};

/**
 * What to throw where the file system fails.
 *
 * @param action as "Cannot write …", with the path
 * @returns WorkerUnfit where the machine is at fault, else a PipelineError `artifact`
 */
export function diskFault(action: string, error: unknown): Error {
  if (error instanceof WorkerUnfit || error instanceof PipelineError) return error;
  const { code = "" } = error as NodeJS.ErrnoException;
  const fault = Object.hasOwn(FAULTS, code) ? FAULTS[code] : undefined;
  if (fault !== undefined) return new WorkerUnfit(`${action}: ${fault} (${messageOf(error)})`, { cause: error });
  return new PipelineError("artifact", `${action}: ${messageOf(error)}`, { cause: error });
}
