import { rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "#artifacts/make-folder.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";

/** Where damaged files of the index go, so that nothing is deleted unseen. */
export const SET_ASIDE = "set-aside";

/**
 * Moves a file of the index out of the way.
 *
 * @returns where it lies now; undefined where there was none
 */
export async function setAside(folder: string, name: string): Promise<string | undefined> {
  const target = await placeFor(folder, name);
  try {
    await rename(join(folder, name), target);
    return target;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Keeps a part of a file of the index that is about to be cut off; gives where it lies. */
export async function keepAside(folder: string, name: string, content: Uint8Array): Promise<string> {
  const target = await placeFor(folder, name);
  await writeWholeFile(target, [content]);
  return target;
}

async function placeFor(folder: string, name: string): Promise<string> {
  const time = new Date().toISOString().replaceAll(":", "-");
  const target = join(folder, SET_ASIDE, `${time}.${basename(name)}`);
  await makeFolder(dirname(target));
  return target;
}
