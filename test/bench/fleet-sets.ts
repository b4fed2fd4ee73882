import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PHOTOS, photos, writeEditsOf } from "./edited-photos.ts";
import { filesIn, wholeFolder } from "./extract-photos.ts";
import { featureFolder } from "./search.ts";

/** Of the photos, one in so many for `--quick`. */
const QUICK_EVERY = 8;

/** What a run is given, without its output. */
export interface FleetSet {
  readonly name: string;
  readonly flags: readonly string[];
  /** Tasks are so large. */
  readonly fleet: { readonly embedImages: number; readonly blockVectors: number };
}

/**
 * Real photos and edits of them.
 *
 * @param editsOfEach photo, of 54 kinds and strengths in turn
 * @param threshold of pairs, whose pictures are then looked at, by the planner alone
 */
export async function photoSet(quick: boolean, editsOfEach: number, threshold: number): Promise<FleetSet> {
  const chosen = photos().filter((_, i) => !quick || i % QUICK_EVERY === 0);
  const folder = await wholeFolder(`fleet-photos-${chosen.length}-${editsOfEach}`, async (made) => {
    await writeEditsOf(chosen, made, Math.round(54 / editsOfEach));
    if (quick) for (const { path, name } of chosen) cpSync(path, join(made, `${name}.jpg`));
    else cpSync(PHOTOS, join(made, "photos"), { recursive: true });
  });
  return setOfFolder(folder, threshold);
}

/** Pictures of any folder. */
export function setOfFolder(folder: string, threshold: number): FleetSet {
  const flags = ["--images", folder, "--threshold", `${threshold}`, "--candidates", "0"];
  return { name: `${filesIn(folder).length} photos`, flags, fleet: { embedImages: 64, blockVectors: 5000 } };
}

/** Vectors alone: nothing is decoded, and no pictures are looked at. */
export function vectorSet(rows: number): FleetSet {
  const folder = featureFolder({ model: "mobilenet_v3_small_100_224", rows });
  const flags = ["--features", folder, "--threshold", "0.6", "--candidates", "0"];
  return { name: `${rows} × 1,024`, flags, fleet: { embedImages: 256, blockVectors: 25_000 } };
}

/** A folder that goes at the end, with a config file that says how large tasks are. */
export function temporaryRun({ fleet }: FleetSet): { folder: string; config: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "twinsift-bench-fleet-"));
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify({ fleet }));
  return { folder, config, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
