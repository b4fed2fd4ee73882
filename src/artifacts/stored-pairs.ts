import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Match } from "#data/match.ts";
import { readCsv } from "#reports/read-csv.ts";

/** A pair that the latest run reported, by object ids. */
export interface StoredPair {
  readonly a: string;
  readonly b: string;
  readonly distance: number;
  readonly match: Match;
}

/**
 * The pairs of pairs.csv, pairs.2.csv and so on.
 *
 * @throws PipelineError `input` naming the file where there is none, or it is not one of ours
 */
export async function* storedPairs(reports: string): AsyncGenerator<StoredPair> {
  for (let number = 1; ; number++) {
    const file = join(reports, number === 1 ? "pairs.csv" : `pairs.${number}.csv`);
    if (number > 1 && !existsSync(file)) return;
    for await (const [a, b, distance, match] of readCsv(file, ["path_a", "path_b", "distance", "match"])) {
      yield { a, b, distance: Number(distance), match: match as Match };
    }
  }
}
