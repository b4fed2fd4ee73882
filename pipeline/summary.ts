import { join } from "node:path";
import { outputPaths } from "#artifacts/output-paths.ts";
import type { RunCounts } from "#reports/run-report.ts";
import type { Settings } from "#settings/settings.ts";
import { formatCount, formatDuration, formatNumberOf } from "#terminal/format.ts";

interface Timing {
  readonly name: string;
  readonly seconds: number;
}

export interface SummarisedRun {
  readonly counts: RunCounts;
  readonly timings: readonly Timing[];
  readonly seconds: number;
  readonly exitCode: number;
  readonly isSample: boolean;
}

/** The closing lines of a run, for a person; the last one tells all in short. */
export function describeSummary(run: SummarisedRun, settings: Settings): string {
  const { counts, timings, isSample, exitCode } = run;
  const { reports, sample } = outputPaths(settings.output);
  const lines = [
    timings.map(({ name, seconds }) => `${name} ${formatDuration(seconds)}`).join(" · "),
    `Duplicates to review:  ${join(reports, "groups.csv")}, or in a browser ${join(reports, "report.html")}`,
    `What to label next:    ${join(reports, "candidates.csv")}`,
  ];
  if (settings.export.length > 0) lines.push(`For labeling tools:    ${join(reports, "exports")}`);
  lines.push(...describeChecks(counts, reports));
  if (counts.chained > 0) {
    const are = counts.chained === 1 ? "member is" : "members are";
    lines.push(
      `${formatCount(counts.chained)} ${are} copies of the image to keep only through others (link: chain);`,
      '  "cluster": { "mode": "direct" } in the config file makes groups without such chains',
    );
  }
  if (counts.unreadable > 0) lines.push(`Could not be read:     ${join(reports, "unreadable.csv")}`);
  if (exitCode === 4)
    lines.push(`More than --max-unreadable ${settings.maxUnreadable} images were unreadable (exit code 4)`);
  if (isSample) {
    lines.push(
      `This was the sample in ${sample} (the copies in it are listed in truth.csv). For your own images:`,
      "  npm run pipeline -- --images FOLDER [--labels FILE]",
    );
  }
  return [...lines, describeCounts(run)].join("\n");
}

/** What labels and splits say; nothing where there is nothing to look at. */
function describeChecks({ suggestions, conflicts, leaks, resplit }: RunCounts, reports: string): string[] {
  const lines: string[] = [];
  if (suggestions > 0)
    lines.push(
      `${formatNumberOf(suggestions, "suggested label")}, from labeled copies: ${join(reports, "suggestions.csv")}`,
    );
  if (conflicts > 0)
    lines.push(`${formatNumberOf(conflicts, "group")} whose labels differ: ${join(reports, "conflicts.csv")}`);
  if (leaks > 0) {
    const proposal = `${join(reports, "proposed-labels.csv")} has none, with ${formatNumberOf(resplit, "image")} in another split`;
    lines.push(`${formatNumberOf(leaks, "pair")} across splits: ${join(reports, "leaks.csv")}; ${proposal}`);
  }
  return lines;
}

function describeCounts({ counts, seconds }: SummarisedRun): string {
  const changes = [
    `${formatCount(counts.new)} new`,
    `${formatCount(counts.changed)} changed`,
    `${formatCount(counts.moved)} moved`,
    `${formatCount(counts.removed)} removed`,
  ];
  return [
    `${formatNumberOf(counts.images, "image")} (${changes.join(", ")})`,
    formatNumberOf(counts.groups, "group"),
    formatNumberOf(counts.duplicates, "duplicate"),
    formatNumberOf(counts.candidates, "candidate"),
    `${formatCount(counts.unreadable)} unreadable`,
    formatDuration(seconds),
  ].join(" · ");
}
