import type { CandidateRecord } from "#data/report-records.ts";
import type { Table } from "#data/table.ts";

/** A candidate as candidates.json tells it, and where its file lies; distances are plain L2. */
export interface ProposedImage extends CandidateRecord {
  /** Empty for an image in no group. */
  readonly group_id: string;
  readonly group_size: number;
  /** Absolute, as this system writes it; undefined for features without pictures. */
  readonly file: string | undefined;
}

/** What is to be labeled next. */
export interface Proposal {
  /** Best first. */
  readonly images: readonly ProposedImage[];
  /** Names of the classes that labels have used, each once, in UTF-8 order. */
  readonly classes: readonly string[];
  /** What stands in front of object ids where tools find images; null: their absolute paths. */
  readonly place: string | null;
}

/** What a tool reads. */
export interface ExportedFiles {
  /** Content by name. */
  readonly files: Readonly<Record<string, Iterable<string>>>;
  /** By name without ending. */
  readonly tables?: Readonly<Record<string, Table>>;
  /** What a format cannot hold, a line each for a person. */
  readonly notes: readonly string[];
}

/** Tells a person what was left out; nothing where nothing was. */
export function notesOf(file: string, what: string, left: readonly string[], reason: string): string[] {
  if (left.length === 0) return [];
  const count = `${left.length} ${left.length === 1 ? "name" : "names"}`;
  return [
    `Left ${count} of ${what} out of ${file}, which cannot hold ${reason}; the first is ${JSON.stringify(left[0])}`,
  ];
}
