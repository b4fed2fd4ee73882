import { createReadStream } from "node:fs";
import { join } from "node:path";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { CandidateRecord, MemberRecord } from "#data/report-records.ts";

export interface StoredGroup {
  readonly group_id: string;
  /** The keeper first. */
  readonly members: readonly MemberRecord[];
}

/**
 * The groups of groups.json, one at a time.
 *
 * @param reports folder of the latest reports
 * @throws PipelineError `artifact` naming the file where it cannot be read
 */
export function storedGroups(reports: string): AsyncGenerator<StoredGroup> {
  return records<StoredGroup>(join(reports, "groups.json"), "twinsift/groups@1");
}

/** The candidates of candidates.json; see `storedGroups`. */
export function storedCandidates(reports: string): AsyncGenerator<CandidateRecord> {
  return records<CandidateRecord>(join(reports, "candidates.json"), "twinsift/candidates@1");
}

/** What the candidates of candidates.json were chosen by and from, as fingerprints; undefined where the file does not tell. */
export interface ChosenBy {
  readonly rules: string | undefined;
  readonly selection: string | undefined;
}

/** @throws PipelineError `artifact` naming the file where it cannot be read */
export async function storedChosenBy(reports: string): Promise<ChosenBy> {
  const file = join(reports, "candidates.json");
  const found: Record<string, string> = {};
  try {
    for await (const line of linesOf(file)) {
      if (line.startsWith('{"')) break;
      const [, name, fingerprint] = /^"(\w+)": "([0-9a-f]{64})",$/.exec(line) ?? [];
      if (name !== undefined) found[name] = fingerprint;
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  return { rules: found.rules, selection: found.selection };
}

/** Reads a document of `jsonRecords`, which has a record a line: a large one need not be in memory as a whole. */
async function* records<Record>(file: string, schema: string): AsyncGenerator<Record> {
  let isOurs = false;
  try {
    for await (const line of linesOf(file)) {
      isOurs ||= line === `"schema": ${JSON.stringify(schema)},`;
      if (!line.startsWith('{"')) continue;
      if (!isOurs) break;
      yield JSON.parse(line.endsWith(",") ? line.slice(0, -1) : line);
    }
    if (!isOurs) throw new Error(`found no "schema": "${schema}"`);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): PipelineError {
  return new PipelineError("artifact", `Cannot read "${file}": ${messageOf(cause)}; run the pipeline again`, { cause });
}

/** Lines of a text, by line feeds alone: ids may hold other characters that end lines elsewhere. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(file, "utf8") as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
