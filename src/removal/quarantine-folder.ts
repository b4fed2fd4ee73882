import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type ImagePlaces, isWithin } from "#artifacts/image-places.ts";
import type { OutputPaths } from "#artifacts/output-paths.ts";
import { PipelineError } from "#base/pipeline-error.ts";

/**
 * Where files of an apply go: runs must not find them there, and must not replace what they lie in.
 *
 * @param given undefined for the output folder's own
 * @returns absolute, links resolved
 * @throws PipelineError `settings` for a folder that runs scan or write to
 */
export async function quarantineFolder(
  given: string | undefined,
  paths: OutputPaths,
  places: ImagePlaces,
): Promise<string> {
  const [folder, output, own] = await Promise.all(
    [given ?? paths.quarantine, paths.root, paths.quarantine].map(realPlace),
  );
  const refused = (why: string) => {
    const advice = "choose another --quarantine, or leave it out";
    return new PipelineError("settings", `Cannot use "${folder}" as quarantine: ${why}; ${advice}`);
  };
  if (isWithin(folder, own)) return folder;
  if (isWithin(folder, output)) throw refused(`runs write to "${output}"`);
  const scanned = places.folders.find(({ path }) => isWithin(folder, path));
  if (scanned) throw refused(`runs scan the image folder "${scanned.path}"`);
  return folder;
}

/** A path with its links resolved as far as it is there. */
async function realPlace(path: string): Promise<string> {
  const missing: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    const real = await realpath(at).catch(() => undefined);
    if (real !== undefined) return join(real, ...missing);
    if (dirname(at) === at) return resolve(path);
    missing.unshift(basename(at));
  }
}
