import { join } from "node:path";
import { outputPaths } from "#artifacts/output-paths.ts";
import type { RunCounts } from "#reports/run-report.ts";
import type { Settings } from "#settings/settings.ts";
import { formatCount, formatDuration, formatNumberOf } from "#terminal/format.ts";

interface Timing {
  readonly name: string;
  readonly seconds: number;
}

/** The closing lines of a run, for a person. */
export function describeSummary(
  counts: RunCounts | undefined,
  settings: Settings,
  timings: readonly Timing[],
  { isSample, exitCode }: { isSample: boolean; exitCode: number },
): string {
  if (!counts) return "";
  const { reports, sample } = outputPaths(settings.output);
  const stages = timings.map(({ name, seconds }) => `${name} ${formatDuration(seconds)}`).join(" · ");
  const lines = [
    [
      formatNumberOf(counts.images, "image"),
      formatNumberOf(counts.groups, "group"),
      formatNumberOf(counts.duplicates, "duplicate"),
      formatNumberOf(counts.candidates, "candidate"),
      `${formatCount(counts.unreadable)} unreadable`,
    ].join(" · "),
    stages,
    `Duplicates to review:  ${join(reports, "groups.csv")}`,
    `What to label next:    ${join(reports, "candidates.csv")}`,
  ];
  if (counts.unreadable > 0) lines.push(`Could not be read:     ${join(reports, "unreadable.csv")}`);
  if (exitCode === 4)
    lines.push(`More than --max-unreadable ${settings.maxUnreadable} images were unreadable (exit code 4)`);
  if (isSample) {
    lines.push(
      `This was the sample in ${sample} (the copies in it are listed in truth.csv). For your own images:`,
      "  npm run pipeline -- --images FOLDER [--labels FILE.csv]",
    );
  }
  return lines.join("\n");
}
