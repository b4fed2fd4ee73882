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
