import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { unreadableLabels } from "#labels/label-problem.ts";

/** A file in a folder of labels. */
export interface FoundFile {
  /** Where it lies, links resolved. */
  readonly path: string;
  /** Names of the folders between, and its own. */
  readonly parts: readonly string[];
}

/** Extensions of pictures, as data sets have them. */
const IMAGE_NAME = /\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|bmp|dib|avif|hei[cf]|svg|jxl|jp2|ppm|pgm|pnm)$/i;

export function isImageName(name: string): boolean {
  return IMAGE_NAME.test(name);
}

/**
 * The files under a folder, recursively, in the order of their names; hidden ones and links that lead nowhere are passed over. Links are
 * followed, as data sets are often made of them.
 *
 * @throws PipelineError `settings` where a folder cannot be looked into
 */
export async function* listFiles(folder: string): AsyncGenerator<FoundFile> {
  yield* walk(await realpath(folder), [], new Set());
}

/** @param within real paths of the folders that this one lies in, as a link may lead back to one of them */
async function* walk(path: string, parts: readonly string[], within: ReadonlySet<string>): AsyncGenerator<FoundFile> {
  const entries = (await entriesOf(path)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const inside = new Set([...within, path]);
  for (const entry of entries) {
    const found = entry.name.startsWith(".") ? undefined : await target(join(path, entry.name), entry);
    if (!found) continue;
    const inner = [...parts, entry.name];
    if (!found.isFolder) yield { path: found.path, parts: inner };
    else if (!inside.has(found.path)) yield* walk(found.path, inner, inside);
  }
}

async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    throw unreadableLabels(path, error);
  }
}

async function target(path: string, entry: Dirent) {
  if (!entry.isSymbolicLink()) return { path, isFolder: entry.isDirectory() };
  try {
    const real = await realpath(path);
    return { path: real, isFolder: (await stat(real)).isDirectory() };
  } catch {
    return undefined;
  }
}
