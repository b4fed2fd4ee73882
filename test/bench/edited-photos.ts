import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pLimit from "p-limit";
import sharp from "sharp";
import { SeededRandom } from "#base/seeded-random.ts";
import { EDITS } from "./edits.ts";

export const PHOTOS = resolve("../shared/material/photos");
export const WORK = join(tmpdir(), "twinsift-bench/detection");
const EDITED = 300;

export interface Photo {
  readonly name: string;
  readonly path: string;
}

/** All photos, by name; every fifth is edited. */
export function photos(): Photo[] {
  const found = readdirSync(PHOTOS, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return found
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({
      path,
      name: path
        .slice(PHOTOS.length + 1)
        .replaceAll("/", "_")
        .replace(/\.\w+$/, ""),
    }));
}

/** Writes edits/KIND-STRENGTH/NAME.jpg of every fifth photo. */
export async function writeEdits(all: readonly Photo[]): Promise<void> {
  const chosen = all.filter((_, i) => i % Math.floor(all.length / EDITED) === 0).slice(0, EDITED);
  await writeEditsOf(chosen, WORK);
}

/**
 * Writes edits/KIND-STRENGTH/NAME.jpg of photos.
 *
 * @param every of the 54 kinds and strengths each photo gets one in so many, in turn, so that all kinds come up equally often
 */
export async function writeEditsOf(chosen: readonly Photo[], work: string, every = 1): Promise<void> {
  const limit = pLimit(2 * cpus().length);
  const unfinished = join(work, "edits.unfinished");
  const tasks = Object.entries(EDITS).flatMap(([kind, edit], number) =>
    ([0, 1] as const).flatMap((bold) => {
      const folder = join(unfinished, `${kind}-${bold}`);
      mkdirSync(folder, { recursive: true });
      return chosen.map(({ name, path }, i) =>
        limit(async () => {
          if ((2 * number + bold + i) % every !== 0) return;
          const { data, info } = await sharp(path)
            .flatten({ background: "white" })
            .png()
            .toBuffer({ resolveWithObject: true });
          const photo = { bytes: data, width: info.width, height: info.height };
          const image = await edit(photo, bold, new SeededRandom(1 + i + 1000 * (2 * number + bold)));
          await image.jpeg({ quality: 88 }).toFile(join(folder, `${name}.jpg`));
        }),
      );
    }),
  );
  await Promise.all(tasks);
  renameSync(unfinished, join(work, "edits"));
}

/** KIND-STRENGTH/NAME of every edit that was written. */
export function editNames(): string[] {
  const kinds = readdirSync(join(WORK, "edits"));
  const named = (kind: string) => readdirSync(join(WORK, "edits", kind)).map((file) => `${kind}/${file}`);
  return kinds
    .flatMap(named)
    .map((edit) => edit.replace(/\.jpg$/, ""))
    .sort();
}
