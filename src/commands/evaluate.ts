// npm run evaluate -- TRUTH.csv: how well the stored pairs of the latest run agree with known ones.
import { Command, Option } from "commander";
import { outputPaths } from "#artifacts/output-paths.ts";
import { storedPairs } from "#artifacts/stored-pairs.ts";
import { collect } from "#base/bounded-buffer.ts";
import { isAtLeast, MATCHES, type Match } from "#data/match.ts";
import { type PairScore, pairKey, scorePairs } from "#evaluation/score-pairs.ts";
import { readCsv } from "#reports/read-csv.ts";
import { readSettings } from "#settings/read-settings.ts";
import { alignedTable } from "#terminal/aligned-table.ts";
import { endProcess } from "#terminal/end-process.ts";
import { parseFlags } from "#terminal/parse-flags.ts";

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("npm run evaluate --")
    .description("Precision, recall and average precision of the latest run's pairs against known pairs.")
    .argument("<truth.csv>", "columns path_a,path_b; paths are object ids")
    .option("--output <folder>", "where the run wrote to (default: output)")
    .option("--config <file.json>", "settings; flags beat it")
    .addOption(new Option("--match <weakest>", "pairs of at least this match are counted").choices(MATCHES))
    .option("--json", "the same as JSON");
  if (!parseFlags(command, args)) return 0;
  const { output, config, match, json } = command.opts<{
    output?: string;
    config?: string;
    match?: Match;
    json?: true;
  }>();
  const settings = readSettings(config, output === undefined ? {} : { output });
  const known = await knownPairs(command.args[0]);
  const stored = await collect(storedPairs(outputPaths(settings.output).reports));
  const scores = Object.fromEntries(
    (match ? [match] : MATCHES).map((weakest) => {
      const counted = stored.filter((pair) => isAtLeast(pair.match, weakest));
      return [weakest, scorePairs(counted, known)];
    }),
  );
  process.stdout.write(json ? `${JSON.stringify(scores, null, 2)}\n` : table(scores));
  return 0;
}

async function knownPairs(file: string): Promise<Set<string>> {
  const known = new Set<string>();
  for await (const [a, b] of readCsv(file, ["path_a", "path_b"])) known.add(pairKey(a, b));
  return known;
}

function table(scores: Record<string, PairScore>): string {
  const lines = [["match", "pairs", "right", "known", "precision", "recall", "average precision"]];
  for (const [weakest, { found, right, known, precision, recall, averagePrecision }] of Object.entries(scores)) {
    const name = weakest === MATCHES[0] ? weakest : `${weakest} or better`;
    const shares = [precision, recall, averagePrecision].map((share) => share.toFixed(4));
    lines.push([name, String(found), String(right), String(known), ...shares]);
  }
  return alignedTable(lines, 1);
}

endProcess(main(process.argv.slice(2)));
