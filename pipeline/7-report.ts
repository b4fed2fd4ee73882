import type { WrittenReport } from "#artifacts/edited-reports.ts";
import { writeReport, writeTable } from "#artifacts/report-files.ts";
import type { Progress } from "#base/progress.ts";
import type { Candidate } from "#data/candidate.ts";
import type { Group } from "#data/group.ts";
import type { UnreadableImage } from "#data/image-record.ts";
import type { GroupChange } from "#data/known-group.ts";
import type { MatchedPairs } from "#data/pair-list.ts";
import { reviewPage } from "#page/review-page.ts";
import { candidateRecords, candidatesTable } from "#reports/candidates-report.ts";
import type { Catalog } from "#reports/catalog.ts";
import { changesTable } from "#reports/changes-report.ts";
import { groupRecords, groupsTable } from "#reports/groups-report.ts";
import { jsonRecords } from "#reports/json-records.ts";
import { pairsTable } from "#reports/pairs-report.ts";
import { unreadableTable } from "#reports/unreadable-report.ts";
import { reviewContent } from "./review-content.ts";
import type { Thumbnails } from "./thumbnails.ts";

export interface Findings {
  readonly catalog: Catalog;
  /** Rows are ranks, in pairs, groups and candidates alike. */
  readonly pairs: MatchedPairs;
  readonly groups: readonly Group[];
  readonly changes: readonly GroupChange[];
  readonly candidates: readonly Candidate[];
  readonly unreadable: readonly UnreadableImage[];
  /** Small pictures for those reports that show some. */
  readonly thumbnails: Thumbnails;
  /** How near was near. */
  readonly measure: { readonly threshold: number; readonly secondModel: string | undefined };
}

/**
 * Writes every report but run.json into a folder. The same findings give the same bytes.
 *
 * @returns what was written
 */
export async function report(folder: string, findings: Findings, progress: Progress): Promise<WrittenReport[]> {
  const { catalog, pairs, groups, changes, candidates, unreadable } = findings;
  const tables = {
    groups: groupsTable(groups, catalog),
    pairs: pairsTable(pairs, catalog),
    candidates: candidatesTable(candidates, groups, catalog),
    changes: changesTable(changes),
    unreadable: unreadableTable(unreadable),
  };
  const documents = {
    groups: jsonRecords({ schema: "twinsift/groups@1" }, "groups", groupRecords(groups, catalog)),
    candidates: jsonRecords(
      { schema: "twinsift/candidates@1" },
      "candidates",
      candidateRecords(candidates, groups, catalog),
    ),
  };
  const count = Object.keys(tables).length + Object.keys(documents).length + 1;
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
  note();
  progress.finish("report");
  return written;
}
