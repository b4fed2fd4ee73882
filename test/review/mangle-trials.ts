import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { type ReviewedFile, readReviewed } from "#review/read-reviewed.ts";
import { type ReportedImages, reportedImages } from "#review/reported-images.ts";
import {
  candidatesTableOf,
  cellsOf,
  groupsTableOf,
  type MadeReview,
  madeReview,
  writeReports,
} from "../support/made-review.ts";
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
  /** Of those understood: rows were passed over as being of images that are gone, which none is. */
  withGone: number;
  /** What was understood otherwise than it was said, and what failed otherwise than by a refusal. */
  readonly problems: string[];
}

const MOST_TABLE_CHANGES = 3;

/**
 * Reviews made-up reports at random, mangles the file as spreadsheets, people and disks do, and reads it.
 *
 * @param folder for reports and files
 */
export async function mangleTrials(folder: string, options: { trials: number; seed: number }): Promise<TrialCounts> {
  const reviews = [madeReview(options.seed, true), madeReview(options.seed, false)];
  const runs: Pick<Trial, "review" | "reported">[] = [];
  for (const [i, review] of reviews.entries()) {
    const reports = join(folder, String(i));
    await writeReports(reports, review);
    runs.push({ review, reported: await reportedImages(reports) });
  }
  const counts: TrialCounts = { understood: 0, refused: 0, withGone: 0, problems: [] };
  for (let trial = 0; trial < options.trials; trial++) {
    const random = new SeededRandom(options.seed * 1_000_003 + trial);
    await runTrial(join(folder, "reviewed.csv"), { ...random.pick(runs), random, counts, trial });
  }
  return counts;
}

interface Trial {
  readonly review: MadeReview;
  readonly reported: ReportedImages;
  readonly random: SeededRandom;
  readonly counts: TrialCounts;
  readonly trial: number;
}

async function runTrial(file: string, { review, reported, random, counts, trial }: Trial): Promise<void> {
  const isOfCandidates = random.integer(0, 5) === 0;
  const said = decide(review, isOfCandidates, random);
  const table = tableOf(review, isOfCandidates, said);
  const { bytes, changes, damage } = mangled(table, random);
  await writeFile(file, bytes);
  try {
    const read = await readReviewed(file, reported);
    const inFile = new Set(table.rows.flatMap(({ of }) => of ?? []));
    // what was cut off at the end of a line is as if its rows had been deleted; lost bytes may be whole rows
    const mayLack = damage === "cutOff" || damage === "bytesLost";
    const problem = misread(read, said, inFile, mayLack);
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

/** What was understood otherwise than it was said, or was lost in silence; undefined where all is right. */
function misread(
  { rows, gone }: ReviewedFile,
  said: ReadonlyMap<string, Said>,
  expected: ReadonlySet<string>,
  mayLack: boolean,
): string | undefined {
  for (const { image, keeper, decision, isWithdrawn } of rows) {
    const meant = said.get(image.path);
    const word = isWithdrawn ? "undecided" : decision;
    if (word !== meant?.decision) {
      return `${JSON.stringify(image.path)} was ${meant?.decision || "nothing"} and was read as ${word || "nothing"}`;
    }
    if (meant.keepPath !== undefined && keeper?.path !== meant.keepPath) {
      return `${JSON.stringify(image.path)} is beside ${JSON.stringify(meant.keepPath)}, read ${JSON.stringify(keeper?.path)}`;
    }
    if (!expected.has(image.path)) return `${JSON.stringify(image.path)} is not in the file`;
  }
  if (mayLack) return undefined;
  const found = new Set(rows.map(({ image }) => image.path));
  const lost = [...expected].filter((path) => !found.has(path));
  return lost.length > gone ? `lost ${lost.length - gone}: ${JSON.stringify(lost.slice(0, 3))}` : undefined;
}
