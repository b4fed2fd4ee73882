import type { WrittenReport } from "#artifacts/edited-reports.ts";
import { writeReport, writeTable } from "#artifacts/report-files.ts";
import { jsonRecords } from "#base/json-records.ts";
import { reviewPage } from "#page/review-page.ts";
import { candidateRecords, candidatesTable } from "#reports/candidates-report.ts";
import { changesTable } from "#reports/changes-report.ts";
import { conflictsTable } from "#reports/conflicts-report.ts";
import { groupRecords, groupsTable } from "#reports/groups-report.ts";
import { leaksTable, proposedLabelsTable } from "#reports/leaks-report.ts";
import { pairsTable } from "#reports/pairs-report.ts";
import { suggestionsTable } from "#reports/suggestions-report.ts";
import { unreadableTable } from "#reports/unreadable-report.ts";
import type { Settings } from "#settings/settings.ts";
import { type ExportOptions, writeExports } from "./exports.ts";
import type { Findings } from "./findings.ts";
import { reviewContent } from "./review-content.ts";

export interface ReportOptions extends ExportOptions {
  /** Says which reports there are to be besides those of every run. */
  readonly settings: Pick<Settings, "xlsx" | "export" | "exportImages">;
}

/**
 * Writes every report but run.json into a folder. The same findings give the same bytes.
 *
 * @returns what was written
 */
export async function report(folder: string, findings: Findings, options: ReportOptions): Promise<WrittenReport[]> {
  const { settings, progress } = options;
  const { catalog, pairs, groups, changes, candidates, chosenBy, unreadable, thumbnails, checks } = findings;
  const tables = {
    groups: groupsTable(groups, catalog, checks.suggestions),
    pairs: pairsTable(pairs, catalog),
    candidates: candidatesTable(candidates, groups, catalog),
    changes: changesTable(changes),
    suggestions: suggestionsTable(checks.suggestions, catalog),
    conflicts: conflictsTable(checks.conflicts, groups, catalog),
    leaks: leaksTable(checks, groups, catalog),
    "proposed-labels": proposedLabelsTable(checks, catalog),
    unreadable: unreadableTable(unreadable),
  };
  const documents = {
    groups: jsonRecords({ schema: "twinsift/groups@1" }, "groups", groupRecords(groups, catalog, checks.suggestions)),
    candidates: jsonRecords(
      { schema: "twinsift/candidates@1", ...chosenBy },
      "candidates",
      candidateRecords(candidates, groups, catalog),
    ),
  };
  const count =
    Object.keys(tables).length + Object.keys(documents).length + 1 + Number(settings.xlsx) + settings.export.length;
  const written: WrittenReport[] = [];
  let done = 0;
  const note = () => progress.update("report", "files", done++, count);
  for (const [name, table] of Object.entries(tables)) {
    note();
    written.push(...(await writeTable(folder, name, table)));
  }
  for (const [name, document] of Object.entries(documents)) {
    note();
    written.push(await writeReport(folder, `${name}.json`, document));
  }
  note();
  written.push(await writeReport(folder, "report.html", reviewPage(reviewContent(findings))));
  if (settings.xlsx) {
    note();
    // what it needs is large, and most runs write none
    const { writeWorkbooks } = await import("./workbooks.ts");
    written.push(
      ...(await writeWorkbooks(folder, "groups", groupsTable(groups, catalog, checks.suggestions), thumbnails)),
    );
  }
  written.push(...(await writeExports(folder, findings, options, note)));
  note();
  progress.finish("report");
  return written;
}
