import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import { expect } from "vitest";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { formatFeatureArray } from "#npy/feature-array.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";
import { drawPicture, writeFiles } from "./pictures.ts";
import { matrixOf } from "./random-features.ts";
import { readReport } from "./read-report.ts";
import { runPipelineCommand } from "./run-command.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export type LabelRows = readonly (readonly [path: string, label: string, split: string])[];

export interface MadeImages {
  readonly folder: string;
  /** Flags that name what was made. */
  readonly flags: readonly string[];
}

/** Pictures by name and seed: those of one seed are copies of each other, in other formats and sizes. */
export async function drawCopies(seeds: Iterable<readonly [name: string, seed: number]>): Promise<MadeImages> {
  const folder = await temporaryFolder();
  const images = join(folder, "images");
  const widths = new Map<number, number>();
  for (const [name, seed] of seeds) {
    const width = (widths.get(seed) ?? 120) - 8;
    widths.set(seed, width);
    const picture = drawPicture(seed, { width: 128, height: 96 }).resize(width);
    await writeFiles(images, { [name]: await (name.endsWith(".jpg") ? picture.jpeg() : picture.png()).toBuffer() });
  }
  return { folder, flags: ["--images", images] };
}

/** Features of one number by name: neighbours at a distance of 1 are pairs. */
export async function placeOnLine(places: Readonly<Record<string, number>>): Promise<MadeImages> {
  const rows = Object.values(places).map((place) => [place]);
  return givenFeatures(Object.keys(places), matrixOf(rows), 1);
}

export async function givenFeatures(
  ids: readonly string[],
  features: FeatureMatrix,
  threshold: number,
): Promise<MadeImages> {
  const folder = await temporaryFolder();
  const shards = join(folder, "features");
  await mkdir(shards);
  await writeFile(join(shards, "0000.features.npy"), formatFeatureArray(features));
  await writeFile(join(shards, "0000.object_ids.npy"), formatUnicodeArray(ids));
  return { folder, flags: ["--features", shards, "--threshold", String(threshold)] };
}

/** Runs with these labels, or with a label file. */
export async function checkedLabels(
  made: MadeImages,
  labels: LabelRows | string | undefined,
  config: object = {},
  flags: string[] = [],
) {
  const file = typeof labels === "string" ? labels : join(made.folder, "labels.csv");
  if (typeof labels === "object") await writeFile(file, stringify([["path", "label", "split"], ...labels]));
  const [output, settings] = [join(made.folder, "out"), join(made.folder, "config.json")];
  await writeFile(settings, JSON.stringify(config));
  const given = ["--config", settings, "--output", output, ...made.flags, ...flags];
  const { exitCode, stderr, stdout } = await runPipelineCommand(labels ? [...given, "--labels", file] : given);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const names = ["suggestions", "conflicts", "leaks", "proposed-labels", "groups"] as const;
  const [suggestions, conflicts, leaks, proposed, groups] = await Promise.all(
    names.map((name) => readReport(output, name)),
  );
  const { counts } = JSON.parse(await readFile(join(output, "reports/run.json"), "utf8"));
  return { output, stdout, counts, suggestions, conflicts, leaks, proposed, groups };
}
