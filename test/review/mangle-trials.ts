import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { type ReviewedFile, type ReviewedRow, readReviewed } from "#review/read-reviewed.ts";
import { type ReportedImages, reportedImages } from "#review/reported-images.ts";
import {
  candidatesTableOf,
  cellsOf,
  groupsTableOf,
  type MadeReview,
  madeReview,
  TWINS,
  writeReports,
} from "../support/made-review.ts";
import { laterNight, sameNight } from "./later-night.ts";
import { anyDialect, BYTE_CHANGES, tableBytes } from "./mangle-bytes.ts";
import type { MangledTable } from "./mangle-cells.ts";
import { TABLE_CHANGES } from "./mangle-table.ts";

interface Said {
  readonly decision: string;
  readonly note: string;
  readonly keepPath: string | undefined;
}

export interface TrialCounts {
  understood: number;
  refused: number;
  /** Of those understood: some rows were passed over as being of images that are gone or have changed. */
  withGone: number;
  /** What was understood otherwise than it was said, and what failed otherwise than by a refusal. */
  readonly problems: string[];
}

const MOST_TABLE_CHANGES = 3;
const LATER_NIGHTS = 4;

/**
 * Reviews made-up reports at random, mangles the file as spreadsheets, people and disks do, and reads it.
 *
 * @param folder for reports and files
 */
export async function mangleTrials(folder: string, options: { trials: number; seed: number }): Promise<TrialCounts> {
  const runs = await madeRuns(folder, options.seed);
  const counts: TrialCounts = { understood: 0, refused: 0, withGone: 0, problems: [] };
  for (let trial = 0; trial < options.trials; trial++) {
    const random = new SeededRandom(options.seed * 1_000_003 + trial);
    await runTrial(join(folder, "reviewed.csv"), { ...random.pick(runs), random, counts, trial });
  }
  return counts;
}

/** What was reviewed, and what the latest run reports when the file is read: that same night, or later. */
interface Run {
  readonly review: MadeReview;
  readonly reported: ReportedImages;
  readonly wasAt: ReadonlyMap<string, string>;
}

async function madeRuns(folder: string, seed: number): Promise<Run[]> {
  const random = new SeededRandom(seed);
  const twins = new Set(TWINS.flat());
  const runs: Run[] = [];
  for (const hasTwins of [true, false]) {
    const review = madeReview(seed, hasTwins);
    const nights = Array.from({ length: LATER_NIGHTS }, () =>
      laterNight(review, random, (path) => !hasTwins || !twins.has(path)),
    );
    for (const night of [...nights.map(() => sameNight(review)), ...nights]) {
      const reports = join(folder, String(runs.length));
      await writeReports(reports, night.review);
      runs.push({ review, reported: await reportedImages(reports), wasAt: night.wasAt });
    }
  }
  return runs;
}

interface Trial extends Run {
  readonly random: SeededRandom;
  readonly counts: TrialCounts;
  readonly trial: number;
}

async function runTrial(file: string, { review, reported, wasAt, random, counts, trial }: Trial): Promise<void> {
  const isOfCandidates = random.integer(0, 5) === 0;
  const said = decide(review, isOfCandidates, random);
  const table = tableOf(review, isOfCandidates, said);
  const { bytes, changes, damage } = mangled(table, random);
  await writeFile(file, bytes);
  try {
    const read = await readReviewed(file, reported);
    const there = new Set(wasAt.values());
    const written = new Set(table.rows.flatMap(({ of }) => of ?? []));
    const inFile = new Set([...written].filter((path) => there.has(path)));
    // what was cut off at the end of a line is as if its rows had been deleted
    const mayLack = damage === "cutOff";
    const problem = misread(read, { said, written, inFile, wasAt, mayLack });
    if (problem) counts.problems.push(`trial ${trial}: ${changes}: ${problem}`);
    else counts.understood++;
    if (read.gone > 0) counts.withGone++;
  } catch (error) {
    const isRefusal = error instanceof PipelineError && error.kind === "input";
    if (!isRefusal) counts.problems.push(`trial ${trial}: ${changes}: ${messageOf(error)}`);
    else counts.refused++;
  }
}

function mangled(
  table: MangledTable,
  random: SeededRandom,
): { bytes: Buffer; changes: string; damage: string | undefined } {
  const changes: string[] = [];
  for (let i = random.integer(0, MOST_TABLE_CHANGES + 1); i > 0; i--) {
    const name = random.pick(Object.keys(TABLE_CHANGES));
    TABLE_CHANGES[name](table, random);
    changes.push(name);
  }
  const dialect = anyDialect(random);
  changes.push(JSON.stringify(dialect));
  const bytes = tableBytes(table, dialect);
  if (random.integer(0, 4) > 0) return { bytes, changes: changes.join(" "), damage: undefined };
  const damage = random.pick(Object.keys(BYTE_CHANGES));
  changes.push(damage);
  return { bytes: BYTE_CHANGES[damage](bytes, random), changes: changes.join(" "), damage };
}

/** What is said of each image, by path. */
function decide({ groups, candidates }: MadeReview, isOfCandidates: boolean, random: SeededRandom): Map<string, Said> {
  const said = new Map<string, Said>();
  const note = () => random.pick(["", "", "see mail", 'a "quoted", note\nin two lines', "=1+1"]);
  if (isOfCandidates) {
    for (const { path } of candidates) {
      said.set(path, { decision: random.pick(["", "keep", "drop"]), note: note(), keepPath: undefined });
    }
    return said;
  }
  for (const { members } of groups) {
    for (const [i, { path, role, keep_path }] of members.entries()) {
      const choices = ["", "keep", "undecided"];
      if (role !== "reference") choices.push("drop");
      if (i > 0) choices.push("not-duplicate");
      const decision = random.pick(choices);
      said.set(path, { decision, note: note(), keepPath: decision === "not-duplicate" ? keep_path : undefined });
    }
  }
  return said;
}

function tableOf(review: MadeReview, isOfCandidates: boolean, said: ReadonlyMap<string, Said>): MangledTable {
  const table = isOfCandidates ? candidatesTableOf(review.candidates, said) : groupsTableOf(review.groups, said);
  const place = table.columns.indexOf("path");
  const paths = [...table.rows].map((cells) => String(cells[place]));
  const [header, ...lines] = cellsOf(table);
  return { header, rows: lines.map((cells, i) => ({ cells, of: paths[i] })) };
}

interface Meant {
  readonly said: ReadonlyMap<string, Said>;
  /** All images in the file, by their names of then. */
  readonly written: ReadonlySet<string>;
  /** Those of them that are still there as they were. */
  readonly inFile: ReadonlySet<string>;
  readonly wasAt: ReadonlyMap<string, string>;
  readonly mayLack: boolean;
}

/** What was understood otherwise than it was said, or was lost in silence; undefined where all is right. */
function misread({ rows, gone }: ReviewedFile, meant: Meant): string | undefined {
  const { inFile, wasAt, mayLack } = meant;
  const found = new Set<string>();
  for (const row of rows) {
    const path = wasAt.get(row.image.path);
    if (path === undefined || !inFile.has(path)) return `${JSON.stringify(row.image.path)} is not in the file`;
    found.add(path);
    const problem = misreadRow(row, path, meant);
    if (problem) return `${JSON.stringify(path)} ${problem}`;
  }
  const lost = [...inFile].filter((path) => !found.has(path));
  return !mayLack && lost.length > gone ? `lost ${lost.length - gone}: ${JSON.stringify(lost.slice(0, 3))}` : undefined;
}

function misreadRow(
  { decision, isWithdrawn, keeper }: ReviewedRow,
  path: string,
  { said, written, wasAt }: Meant,
): string | undefined {
  const meant = said.get(path);
  const word = isWithdrawn ? "undecided" : decision;
  if (word !== meant?.decision) return `was ${meant?.decision || "nothing"} and was read as ${word || "nothing"}`;
  if (meant.keepPath === undefined || wasAt.get(keeper?.path ?? "") === meant.keepPath) return undefined;
  // a keeper whose own row was deleted is told by its name alone
  if (keeper?.path === meant.keepPath && !written.has(meant.keepPath)) return undefined;
  return `is beside ${JSON.stringify(meant.keepPath)} and was read beside ${JSON.stringify(keeper?.path)}`;
}
