import { existsSync, renameSync, rmSync } from "node:fs";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "#artifacts/make-folder.ts";
import { draftOf } from "#artifacts/output-paths.ts";
import { syncFolder } from "#artifacts/whole-file.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

/**
 * Makes an empty folder in which the next version of `folder` is put together.
 *
 * @param ownFile a file that every finished version has: a folder without it is somebody else's and is not replaced
 * @throws PipelineError `artifact` when the folder is somebody else's, or the disk does not let it
 */
export async function startDraft(folder: string, ownFile: string): Promise<string> {
  const draft = draftOf(folder);
  try {
    await restorePrevious(folder);
    if ((await exists(folder)) && !(await exists(join(folder, ownFile))) && (await readdir(folder)).length > 0) {
      throw new Error(`"${folder}" holds files that are not of this program (no ${ownFile})`);
    }
    await rm(draft, { recursive: true, force: true });
    await makeFolder(draft);
  } catch (error) {
    throw new PipelineError("artifact", `Cannot write to "${draft}": ${messageOf(error)}; choose another --output`, {
      cause: error,
    });
  }
  return draft;
}

/**
 * Puts the draft in the place of `folder`: at every moment the old version or the new one is whole on disk.
 *
 * @param beforeRemoval takes out of the old version what is not to be removed with it
 */
export async function publishDraft(
  folder: string,
  beforeRemoval: (previous: string) => Promise<void> = async () => undefined,
): Promise<void> {
  const previous = previousOf(folder);
  const removePrevious = async () => {
    if (await exists(previous)) await beforeRemoval(previous);
    await rm(previous, { recursive: true, force: true });
  };
  try {
    // of a run that was killed at this very place
    await removePrevious();
    if (await exists(folder)) await rename(folder, previous);
    await rename(draftOf(folder), folder);
    await syncFolder(dirname(folder));
  } catch (error) {
    await restorePrevious(folder).catch(() => undefined);
    throw new PipelineError("artifact", `Cannot replace "${folder}": ${messageOf(error)}`, { cause: error });
  }
  // what cannot be removed now is removed by the next run
  await removePrevious().catch(() => undefined);
}

export async function dropDraft(folder: string): Promise<void> {
  await rm(draftOf(folder), { recursive: true, force: true });
}

/** Brings the old version back when a run ended between the two renames of `publishDraft`. */
export async function restorePrevious(folder: string): Promise<void> {
  const previous = previousOf(folder);
  if (!(await exists(folder)) && (await exists(previous))) await rename(previous, folder);
}

/** The same and `dropDraft` at once, for the handler of a signal. */
export function abandonDraft(folder: string): void {
  const previous = previousOf(folder);
  if (!existsSync(folder) && existsSync(previous)) renameSync(previous, folder);
  rmSync(draftOf(folder), { recursive: true, force: true });
}

function previousOf(folder: string): string {
  return `${folder}.previous`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
