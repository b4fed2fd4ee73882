import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { filesUnder } from "../faults/picture-set.ts";
import { DRAWN_PARTS } from "./faults-drawn.ts";
import type { FaultPart, FaultResult } from "./faults-part.ts";
import { PHOTO_PARTS } from "./faults-photos.ts";

// What a run survives: kills, faulty and full disks, damaged and hostile files, and nights on end. Photos default to
// ../shared/material/photos; parts that draw their own pictures need none.
// npm run bench -- faults [--photos DIR] [--count N] [--seed N] [kills|disk|reads|full-disk|corruption|mutants|sequences|two-at-once|removal|requests|nights|second-night …]

const PARTS: Readonly<Record<string, FaultPart>> = { ...DRAWN_PARTS, ...PHOTO_PARTS };

export async function bench(args: readonly string[]): Promise<unknown> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { photos: { type: "string" }, count: { type: "string" }, seed: { type: "string", default: "1" } },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(PARTS);
  const unknown = names.find((name) => !(name in PARTS));
  if (unknown) throw new Error(`Expected parts among ${Object.keys(PARTS).join(", ")}, found "${unknown}"`);
  const folder = resolve(values.photos ?? "../shared/material/photos");
  const needPhotos = names.filter((name) => name in PHOTO_PARTS);
  if (needPhotos.length > 0 && !existsSync(folder)) {
    throw new Error(`Expected photos for ${needPhotos.join(", ")} in "${folder}": give --photos DIR`);
  }
  const photos = existsSync(folder) ? await filesUnder(folder) : [];
  console.error(
    `${cpus().length} × ${cpus()[0].model}, Node.js ${process.version}, ${photos.length} photos in ${folder}`,
  );
  const count = values.count === undefined ? undefined : Number(values.count);
  const results: Record<string, FaultResult> = {};
  for (const name of names) {
    results[name] = await runPart(name, { photos, photoFolder: folder, count, seed: Number(values.seed) });
  }
  describe(results);
  return results;
}

async function runPart(name: string, options: Omit<Parameters<FaultPart>[0], "root" | "tell">): Promise<FaultResult> {
  const root = await realpath(await mkdtemp(join(tmpdir(), `twinsift-faults-${name}-`)));
  await mkdir(root, { recursive: true });
  console.error(`── ${name}`);
  const start = performance.now();
  try {
    const result = await PARTS[name]({ ...options, root, tell: (line) => console.error(`${name}: ${line}`) });
    return { ...result, seconds: rounded((performance.now() - start) / 1000) };
  } catch (error) {
    return { figures: {}, problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** The table, and the exit code: a benchmark of faults that finds one has failed. */
function describe(results: Readonly<Record<string, FaultResult>>): void {
  console.error("");
  for (const [name, { figures, problems }] of Object.entries(results)) {
    const shown = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`);
    const verdict = problems.length === 0 ? "all well" : `${problems.length} problems`;
    console.error(`${name.padEnd(13)} ${verdict.padEnd(12)} ${shown.join(" · ")}`);
    for (const problem of problems.slice(0, 20)) console.error(`  ${problem}`);
    if (problems.length > 0) process.exitCode = 1;
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
