import { toCell } from "#data/spreadsheet-cell.ts";
import type { PageCandidate, PageGroup } from "#page/page-content.ts";
import type { Markable, Marks } from "./marks.ts";

const COLUMNS = ["group_id", "path", "sha256", "keep_path", "decision", "note"];
const BOM = "\ufeff";
const LINE_END = "\r\n";
/** How an earlier decision is withdrawn. */
const WITHDRAWN = "undecided";

/** A line of the exported file, in the order of its columns. */
export type DecisionRow = readonly string[];

/** A row for every image that is marked, in the order of the report; one that is in a group and a candidate too is told once. */
export function decisionRows(
  groups: Iterable<PageGroup>,
  candidates: Iterable<PageCandidate>,
  marks: Marks,
): DecisionRow[] {
  const rows: DecisionRow[] = [];
  const told = new Set<string>();
  const tell = (image: Markable, groupId: string, sha256: string, keepPath: string) => {
    if (!marks.isMarked(image) || told.has(image.path)) return;
    told.add(image.path);
    const { decision, note } = marks.of(image);
    const isWithdrawn = decision === "" && image.decision !== "";
    rows.push([groupId, image.path, sha256, keepPath, isWithdrawn ? WITHDRAWN : decision, note]);
  };
  for (const { group_id, members } of groups) {
    for (const member of members) tell(member, group_id, member.sha256, member.keep_path);
  }
  for (const candidate of candidates) tell(candidate, candidate.group_id, candidate.sha256, "");
  return rows;
}

/** CSV as all reports are: BOM, comma, CRLF, RFC 4180 quotes, and nothing that a spreadsheet would run as a formula. */
export function csvText(rows: readonly DecisionRow[]): string {
  const lines = [COLUMNS, ...rows].map((row) => row.map(cellText).join(",") + LINE_END);
  return BOM + lines.join("");
}

function cellText(text: string): string {
  const cell = toCell(text);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
