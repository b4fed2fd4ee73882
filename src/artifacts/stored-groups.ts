import { createReadStream } from "node:fs";
import { join } from "node:path";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { Decision } from "#data/decision.ts";
import type { GroupRole } from "#data/group.ts";
import type { Match } from "#data/match.ts";

/** A member of a group, as the latest run reported it. */
export interface StoredMember {
  readonly role: GroupRole;
  readonly path: string;
  readonly keep_path: string;
  readonly distance_to_keep: number;
  readonly nearest_path: string;
  readonly nearest_distance: number;
  readonly match: Match | "";
  readonly link: "direct" | "chain" | "";
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Empty where features came without pictures. */
  readonly sha256: string;
  readonly decision: Decision | "";
  readonly note: string;
}

export interface StoredGroup {
  readonly group_id: string;
  /** The keeper first. */
  readonly members: readonly StoredMember[];
}

export interface StoredCandidate {
  readonly rank: number;
  readonly path: string;
  readonly nearest_labeled_path: string | null;
  readonly nearest_chosen_path: string | null;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly decision: Decision | "";
  readonly note: string;
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
export function storedCandidates(reports: string): AsyncGenerator<StoredCandidate> {
  return records<StoredCandidate>(join(reports, "candidates.json"), "twinsift/candidates@1");
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
    throw new PipelineError("artifact", `Cannot read "${file}": ${messageOf(error)}; run the pipeline again`, {
      cause: error,
    });
  }
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
