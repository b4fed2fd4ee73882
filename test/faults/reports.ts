import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { sha256 } from "#base/fingerprint.ts";
import { fromCell } from "#data/spreadsheet-cell.ts";

/** Reports that tell of how images have changed since the run before, and so differ from those of a run without one. */
const OF_HISTORY = new Set(["changes.csv", "report.html"]);

export interface ReadReportsOptions {
  /** Whether both runs that are compared had the same runs before them; names of groups then count too. */
  readonly sameHistory?: boolean;
}

/** Contents by file name. */
export type Reports = ReadonlyMap<string, Buffer>;

/** Every report of a folder that depends on images, config and model alone; undefined when there is no such folder. */
export async function readReports(
  folder: string,
  { sameHistory = false }: ReadReportsOptions = {},
): Promise<Reports | undefined> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return undefined;
  }
  const reports = new Map<string, Buffer>();
  for (const name of names.sort()) {
    if (name !== "run.json") reports.set(name, await readFile(join(folder, name)));
  }
  return sameHistory ? reports : renamedGroups(withoutHistory(reports));
}

/** Those that do not tell what has changed. */
export function withoutHistory(reports: Reports): Reports {
  return new Map([...reports].filter(([name]) => !OF_HISTORY.has(name)));
}

/** The same as if each group were named after its keeper, which runs without a past do. */
function renamedGroups(reports: Reports): Reports {
  const groups = parse(reports.get("groups.csv") ?? "", { bom: true, columns: true }) as Record<string, string>[];
  const names = new Map(groups.map(({ group_id, keep_path }) => [group_id, `g-${sha256(fromCell(keep_path))}`]));
  const renamed = (content: Buffer) =>
    Buffer.from(
      content.toString("latin1").replace(/g-[0-9a-f]{16}\b/g, (id) => names.get(id) ?? id),
      "latin1",
    );
  return new Map([...reports].map(([name, content]) => [name, renamed(content)]));
}

/** Like `readReports`, of the reports of an output folder, which must be there. */
export async function finishedReports(output: string, options: ReadReportsOptions = {}): Promise<Reports> {
  const reports = await readReports(join(output, "reports"), options);
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
