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

/**
 * A row for every image that is marked, in the order of the report; one that is in a group and a candidate too is told once. Members of the
 * same bytes as a marked one have rows that say nothing: images are found by name and content, and where two of one content are called
 * almost the same (`7.jpg` and `007.jpg`) only both names tell that no spreadsheet has changed one into the other.
 */
export function decisionRows(
  groups: Iterable<PageGroup>,
  candidates: Iterable<PageCandidate>,
  marks: Marks,
): DecisionRow[] {
  const rows: DecisionRow[] = [];
  const told = new Set<string>();
  for (const { group_id, members } of groups) {
    const marked = new Set(members.filter((member) => marks.isMarked(member)).map(({ sha256 }) => sha256));
    for (const member of members) {
      const { path, sha256, keep_path } = member;
      const isMarked = marks.isMarked(member);
      if (!isMarked && (sha256 === "" || !marked.has(sha256))) continue;
      rows.push([group_id, path, sha256, keep_path, ...(isMarked ? said(member, marks) : ["", ""])]);
      told.add(path);
    }
  }
  for (const candidate of candidates) {
    const { group_id, path, sha256 } = candidate;
    if (!marks.isMarked(candidate) || told.has(path)) continue;
    rows.push([group_id, path, sha256, "", ...said(candidate, marks)]);
  }
  return rows;
}

function said(image: Markable, marks: Marks): [decision: string, note: string] {
  const { decision, note } = marks.of(image);
  return [decision === "" && image.decision !== "" ? WITHDRAWN : decision, note];
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
