import { realpath, stat } from "node:fs/promises";
import { basename, resolve, sep } from "node:path";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { ScannedFolder } from "#reports/run-report.ts";

/** Where an image lies. */
export interface ImagePlace {
  /** Absolute; the links of its image folder are resolved, those below it are not. */
  readonly path: string;
  readonly folder: ScannedFolder;
}

/** Where the images of the latest run lie on disk. */
export class ImagePlaces {
  /** Longest prefix first. */
  readonly folders: readonly ScannedFolder[];

  private constructor(folders: readonly ScannedFolder[]) {
    this.folders = [...folders].sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /** @throws PipelineError `input` where a folder is not there: to take its images for gone would be wrong */
  static async open(folders: readonly ScannedFolder[]): Promise<ImagePlaces> {
    return new ImagePlaces(
      await Promise.all(folders.map(async (folder) => ({ ...folder, path: await realFolder(folder.path) }))),
    );
  }

  /** The image folder that an id is of; undefined where it is of none. */
  folderOf(id: string): ScannedFolder | undefined {
    return this.folders.find(({ prefix }) => id.startsWith(prefix));
  }

  /** Undefined for an id that is of no image folder, or whose path would leave it. */
  find(id: string): ImagePlace | undefined {
    const folder = this.folderOf(id);
    if (!folder) return undefined;
    const parts = id.slice(folder.prefix.length).split("/");
    if (parts.some((part) => ["", ".", ".."].includes(part) || part.includes("\0"))) return undefined;
    const path = resolve(folder.path, ...parts);
    return isWithin(path, folder.path) ? { path, folder } : undefined;
  }
}

/** Whether a path is a folder or lies in it; both absolute. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/**
 * The folders of the latest run with other places in their stead, as where a disk is mounted elsewhere now: each place is the folder of
 * its own name, or the places are the folders in their order.
 *
 * @param flag by which the places were given, for messages
 * @throws PipelineError `settings` where it is not clear which folder a place stands for
 */
export function replacePlaces(
  folders: readonly ScannedFolder[],
  places: readonly string[],
  flag: "--images" | "--reference",
): ScannedFolder[] {
  if (places.length === 0) return [...folders];
  const meant = folders.filter(({ reference }) => reference === (flag === "--reference"));
  const byName = places.map((place) => meant.filter(({ path }) => basename(path) === basename(resolve(place))));
  const areNamed = byName.every(({ length }) => length === 1) && new Set(byName.flat()).size === places.length;
  if (!areNamed && places.length !== meant.length) {
    const names = meant.map(({ path }) => `"${path}"`).join(", ") || "none";
    const found = `found ${flag} ${places.map((place) => `"${place}"`).join(" ")}`;
    throw new PipelineError(
      "settings",
      `Expected places of the folders of the latest run (${names}), by name or all of them in order; ${found}`,
    );
  }
  const placeOf = new Map(places.map((place, i) => [areNamed ? byName[i][0] : meant[i], resolve(place)]));
  return folders.map((folder) => ({ ...folder, path: placeOf.get(folder) ?? folder.path }));
}

async function realFolder(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    const advice = "mount it, or say with --images (or --reference) where it lies now";
    throw new PipelineError("input", `Cannot open the image folder "${path}": ${messageOf(error)}; ${advice}`, {
      cause: error,
    });
  }
  throw new PipelineError("input", `Expected an image folder, found a file: "${path}"`);
}
