import { fromCell } from "#data/spreadsheet-cell.ts";
import { type DecisionWord, decisionWord } from "#review/decision-word.ts";
import { type ContentKey, sizeText } from "#review/reported-images.ts";
import { cellNumber } from "#spreadsheets/cell-number.ts";
import type { SheetKind } from "#spreadsheets/header.ts";
import type { SheetRow, SheetTable } from "#spreadsheets/read-spreadsheet.ts";

/** groups.csv, and what report.html exports. */
const GROUPS: SheetKind = {
  name: "groups.csv",
  needed: ["path", "keep_path", "sha256", "decision"],
  optional: ["group_id", "role", "distance_to_keep", "nearest_distance", "note"],
  without: [],
};
/** Its images are told by their size; a groups.csv without hashes is none. */
const CANDIDATES: SheetKind = {
  name: "candidates.csv",
  needed: ["path", "width", "height", "bytes", "decision"],
  optional: ["note"],
  without: ["keep_path", "sha256", "distance_to_keep", "role"],
};
export const REVIEWED_KINDS = [GROUPS, CANDIDATES];

/** A row of a reviewed file as it stands there; what it speaks of is found later. */
export interface RowText extends DecisionWord {
  readonly line: number;
  /** Object id, or what became of it. */
  readonly path: string;
  /** The cell that the id was read from, which tells what a spreadsheet may have done to it. */
  readonly pathCell: string;
  readonly keepCell: string;
  readonly contentKey: ContentKey;
  /** As `contentOf` writes it. */
  readonly content: string;
  /** Whether `content` is one at all: a hash of 64 digits, or three numbers of a file. */
  readonly isContent: boolean;
  readonly groupId: string;
  readonly role: string;
  /** NaN where the file does not tell. */
  readonly distanceToKeep: number;
  readonly nearestDistance: number;
  readonly note: string;
  /** False: the file's encoding was guessed. */
  readonly isSure: boolean;
}

/** Why a row cannot be understood: what was found and what was expected. */
export interface RowProblem {
  readonly line: number;
  readonly unclear: string;
}

/** The rows that speak of an image, and what is wrong with the others. What people wrote below or between is passed over. */
export function rowTexts({ kind, rows, isSure }: SheetTable): { texts: RowText[]; problems: RowProblem[] } {
  const texts: RowText[] = [];
  const problems: RowProblem[] = [];
  for (const row of rows) {
    const word = decisionWord(row.cells.decision ?? "");
    if (typeof word === "string") problems.push({ line: row.line, unclear: word });
    else if (!isRemark(row, word)) texts.push(rowText(row, word, kind === GROUPS ? "sha256" : "size", isSure));
  }
  return { texts, problems };
}

/** Whether a row decides nothing and has none of the facts that rows of a report have. */
function isRemark({ cells }: SheetRow, { decision, isWithdrawn }: DecisionWord): boolean {
  const facts = [cells.sha256, cells.keep_path, cells.width, cells.height, cells.bytes];
  return decision === "" && !isWithdrawn && facts.every((cell = "") => cell.trim() === "");
}

function rowText({ line, cells }: SheetRow, word: DecisionWord, contentKey: ContentKey, isSure: boolean): RowText {
  const pathCell = cells.path ?? "";
  const sha256 = withoutApostrophe(cells.sha256).toLowerCase();
  const [width, height, bytes] = ["width", "height", "bytes"].map((name) => cellNumber(cells[name] ?? ""));
  return {
    ...word,
    line,
    pathCell,
    path: fromCell(pathCell),
    keepCell: cells.keep_path ?? "",
    contentKey,
    content: contentKey === "sha256" ? sha256 : sizeText({ width, height, bytes }),
    isContent:
      contentKey === "sha256"
        ? /^[0-9a-f]{64}$/.test(sha256)
        : [width, height, bytes].every(Number.isInteger) && bytes > 0,
    groupId: withoutApostrophe(cells.group_id),
    role: withoutApostrophe(cells.role).toLowerCase(),
    distanceToKeep: cellNumber(cells.distance_to_keep ?? ""),
    nearestDistance: cellNumber(cells.nearest_distance ?? ""),
    note: fromCell(cells.note ?? ""),
    isSure,
  };
}

/** What people put in front to make a cell text may stay there. */
function withoutApostrophe(cell = ""): string {
  return cell.trim().replace(/^'/, "");
}
