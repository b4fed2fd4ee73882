import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import pLimit from "p-limit";
import sharp from "sharp";

// The pictures of the benchmark of extraction: photos as they are, and as large as those that the program was made for.

const PHOTOS = resolve("../shared/material/photos");
export const WORK = join(tmpdir(), "twinsift-bench/extract");
/** Of the photos, one in so many for `--quick`. */
const QUICK_EVERY = 10;
const LARGE = { width: 800, height: 1400, quality: 90 };

export interface PhotoSet {
  readonly name: string;
  readonly folder: string;
  /** Paths, sorted. */
  readonly files: readonly string[];
}

/** None where the photos are absent. All files have been read once, so that they are in the page cache. */
export async function photoSets(quick: boolean): Promise<PhotoSet[]> {
  if (!existsSync(PHOTOS)) {
    console.error(`Skipped: expected photos in "${PHOTOS}"`);
    return [];
  }
  const photos = quick ? await wholeFolder("photos-quick", copyFew) : PHOTOS;
  const large = await wholeFolder(quick ? "large-quick" : "large", (folder) => enlargeAll(photos, folder));
  const sets = [
    { name: "photos", folder: photos, files: filesIn(photos) },
    { name: `${LARGE.width} × ${LARGE.height}`, folder: large, files: filesIn(large) },
  ];
  for (const { files } of sets) for (const file of files) readFileSync(file);
  return sets;
}

/** Paths below a folder, sorted. */
export function filesIn(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return found.map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** Every n-th, n so that about `count` are left. */
export function spread<T>(all: readonly T[], count: number): T[] {
  const every = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, i) => i % every === 0).slice(0, count);
}

/** A folder that is made once, and is there whole or not at all. */
export async function wholeFolder(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(WORK, name);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  console.error(`Making ${basename(folder)} …`);
  await make(unfinished);
  renameSync(unfinished, folder);
  return folder;
}

async function copyFew(folder: string): Promise<void> {
  for (const file of filesIn(PHOTOS).filter((_, i) => i % QUICK_EVERY === 0)) {
    const copy = join(folder, relative(PHOTOS, file));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(file, copy);
  }
}

async function enlargeAll(photos: string, folder: string): Promise<void> {
  const limit = pLimit(cpus().length);
  const { width, height, quality } = LARGE;
  const enlarge = async (file: string) => {
    const enlarged = join(folder, relative(photos, file));
    mkdirSync(dirname(enlarged), { recursive: true });
    await sharp(file).resize(width, height, { fit: "fill" }).jpeg({ quality }).toFile(enlarged);
  };
  await Promise.all(filesIn(photos).map((file) => limit(() => enlarge(file))));
}
