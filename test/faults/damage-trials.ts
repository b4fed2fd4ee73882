import { cp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { SeededRandom } from "#base/seeded-random.ts";
import { type FileKind, indexFiles } from "./index-files.ts";
import { filesUnder, flagsOf, type PictureSet } from "./picture-set.ts";
import { lastLine, runPipelineProcess } from "./pipeline-process.ts";
import { finishedReports, type Reports, readReports, readRunRecord, reportDifferences } from "./reports.ts";

const DAMAGES = ["truncate", "flip", "delete", "empty"] as const;
type Damage = (typeof DAMAGES)[number];

/** Kinds of files that grow. */
const LOGS = ["matches", "thumbnails"];

export interface PlannedDamage {
  readonly kind: FileKind | "other";
  readonly file: string;
  readonly damage: Damage;
}

/** An output folder with an index, a copy of it for each trial, and what every later run must report. */
export interface DamageScene {
  readonly set: PictureSet;
  readonly output: string;
  readonly whole: string;
  readonly expected: Reports;
  readonly files: ReadonlyMap<FileKind | "other", readonly string[]>;
}

export interface DamageTrial {
  readonly damaged: readonly string[];
  /** Images that were extracted again. */
  readonly rebuilt: number;
  readonly problems: readonly string[];
}

export async function damageScene(set: PictureSet): Promise<DamageScene> {
  const [output, whole] = [join(set.root, "output"), join(set.root, "whole")];
  const end = await runPipelineProcess(flagsOf(set, output));
  if (end.exitCode !== 0) throw new Error(`A run that nothing disturbed failed: ${end.stderr}`);
  await cp(output, whole, { recursive: true, preserveTimestamps: true });
  return { set, output, whole, expected: await finishedReports(output), files: await indexFiles(output) };
}

/** Every kind of file damaged in every way, in its first and its last file. */
export function allDamages({ files }: DamageScene): PlannedDamage[] {
  return [...files].flatMap(([kind, paths]) => {
    const chosen = [...new Set([paths[0], paths.at(-1)])].filter((file) => file !== undefined);
    return chosen.flatMap((file) => DAMAGES.map((damage) => ({ kind, file, damage })));
  });
}

/** Damages files of the index and runs again, which must notice, name and set aside each, and report what was reported before. */
export async function damageTrial(scene: DamageScene, planned: readonly PlannedDamage[]): Promise<DamageTrial> {
  const { set, output, whole, expected } = scene;
  await rm(output, { recursive: true, force: true });
  await cp(whole, output, { recursive: true, preserveTimestamps: true });
  const earlierRuns = await readdir(join(output, "runs"));
  const random = new SeededRandom(1);
  for (const { file, damage } of planned) await damageFile(file, damage, random);
  const left = new Map<string, Buffer>();
  for (const { file, damage } of planned) if (damage !== "delete") left.set(file, await readFile(file));

  const end = await runPipelineProcess(flagsOf(set, output));
  const damaged = planned.map(({ file, damage }) => `${damage} ${relative(output, file)}`);
  if (end.exitCode !== 0) return { damaged, rebuilt: 0, problems: [`exit ${end.exitCode}: ${lastLine(end)}`] };
  const problems = reportDifferences(await readReports(join(output, "reports")), expected);
  const said = end.stderr + (await logsBut(output, earlierRuns));
  if (planned.length === 1) problems.push(...(await keptProblems(scene, planned[0], left, said)));
  return { damaged, rebuilt: (await readRunRecord(output)).counts.new, problems };
}

async function damageFile(file: string, damage: Damage, random: SeededRandom): Promise<void> {
  if (damage === "delete") return rm(file);
  const content = await readFile(file);
  if (damage === "empty") return truncate(file, 0);
  if (damage === "truncate") return truncate(file, content.length >> 1);
  content[random.integer(0, content.length)] ^= 1 << random.integer(0, 8);
  return writeFile(file, content);
}

/** What is wrong about telling of one damaged file and keeping it. */
async function keptProblems(
  { output }: DamageScene,
  { kind, file, damage }: PlannedDamage,
  left: ReadonlyMap<string, Buffer>,
  said: string,
): Promise<string[]> {
  const problems: string[] = [];
  // nothing tells a record that was deleted, or the end of a log, from one that never was
  const isMissed =
    damage === "flip" ||
    (damage !== "delete" && !LOGS.includes(kind)) ||
    !["manifest", "unreadable", ...LOGS].includes(kind);
  if (isMissed && !said.includes(basename(file))) problems.push(`${basename(file)} is named nowhere`);
  const content = left.get(file);
  if (!isMissed || !content || damage === "empty") return problems;
  const contents = await Promise.all(
    (await filesUnder(output)).map(async (path) => ({ path, now: await readFile(path) })),
  );
  // of a log only what cannot be read is cut off and kept
  const isRest = (now: Buffer) => LOGS.includes(kind) && now.length > 0 && content.subarray(-now.length).equals(now);
  const isKept = contents.some(({ path, now }) => path !== file && (now.equals(content) || isRest(now)));
  if (!isKept) problems.push(`${basename(file)} was not set aside`);
  return problems;
}

/** The logs of runs that came after some others. */
async function logsBut(output: string, earlier: readonly string[]): Promise<string> {
  const runs = (await readdir(join(output, "runs"))).filter((run) => !earlier.includes(run));
  const logs = await Promise.all(runs.map((run) => readFile(join(output, "runs", run, "log.ndjson"), "utf8")));
  return logs.join("\n");
}
