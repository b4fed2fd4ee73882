import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Reports that tell of a run or of earlier runs, and so differ between a run that was resumed and one that was not. */
const OF_THEIR_RUN = new Set(["run.json", "changes.csv"]);

/** Contents by file name. */
export type Reports = ReadonlyMap<string, Buffer>;

/** Every report of a folder that depends on images, config and model alone; undefined when there is no such folder. */
export async function readReports(folder: string): Promise<Reports | undefined> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return undefined;
  }
  const reports = new Map<string, Buffer>();
  for (const name of names.sort()) {
    if (!OF_THEIR_RUN.has(name)) reports.set(name, await readFile(join(folder, name)));
  }
  return reports;
}

/** Like `readReports`, of the reports of an output folder, which must be there. */
export async function finishedReports(output: string): Promise<Reports> {
  const reports = await readReports(join(output, "reports"));
  if (!reports?.has("groups.csv")) throw new Error(`Expected finished reports in "${output}"`);
  return reports;
}

/** A line for each file that is missing, too many or different; none when every byte is equal. */
export function reportDifferences(found: Reports | undefined, expected: Reports): string[] {
  if (!found) return ["reports: missing"];
  const lines: string[] = [];
  for (const [name, content] of expected) {
    const other = found.get(name);
    if (!other) lines.push(`${name}: missing`);
    else if (!other.equals(content)) lines.push(`${name}: ${describeDifference(other, content)}`);
  }
  for (const name of found.keys()) if (!expected.has(name)) lines.push(`${name}: not expected`);
  return lines;
}

function describeDifference(found: Buffer, expected: Buffer): string {
  let first = 0;
  while (first < expected.length && found[first] === expected[first]) first++;
  const excerpt = (content: Buffer) => JSON.stringify(content.subarray(Math.max(0, first - 20), first + 20).toString());
  return `differs from byte ${first} on, ${excerpt(found)} for ${excerpt(expected)}`;
}

/** The parts of run.json that tests ask for. */
export interface RunRecord {
  readonly counts: Readonly<Record<"images" | "new" | "changed" | "removed" | "unreadable", number>>;
  readonly search: { readonly pairs_total: number; readonly pairs_stored: number };
  readonly stages: readonly { readonly name: string; readonly items: number; readonly seconds: number }[];
  readonly peak_rss_bytes: number;
}

/** reports/run.json of the latest run that ended well. */
export async function readRunRecord(output: string): Promise<RunRecord> {
  return JSON.parse(await readFile(join(output, "reports/run.json"), "utf8"));
}

/** Items of a stage; 0 for one that had nothing to do. */
export function itemsOf(record: RunRecord, stage: string): number {
  return record.stages.find(({ name }) => name === stage)?.items ?? 0;
}
