import type { SeededRandom } from "#base/seeded-random.ts";
import type { MangledTable } from "./mangle-cells.ts";

/** How a spreadsheet saves a table. */
export interface Dialect {
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly quotes: "needed" | "all";
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
  readonly hasMark: boolean;
  readonly tellsDelimiter: boolean;
  readonly endsLastLine: boolean;
  /** Excel: empty cells at the end of rows are left out. */
  readonly dropsEmpty: boolean;
}

export function anyDialect(random: SeededRandom): Dialect {
  const chance = (share: number) => random.between(0, 1) < share;
  return {
    delimiter: random.pick([",", ",", ";", "\t", "|"]),
    lineEnd: random.pick(["\r\n", "\r\n", "\n", "\r"]),
    quotes: chance(0.2) ? "all" : "needed",
    encoding: random.pick(["utf-8", "utf-8", "utf-8", "utf-16le", "utf-16be", "windows-1252"]),
    hasMark: chance(0.5),
    tellsDelimiter: chance(0.1),
    endsLastLine: chance(0.9),
    dropsEmpty: chance(0.1),
  };
}

export function tableBytes({ header, rows }: MangledTable, dialect: Dialect): Buffer {
  const lines = [header, ...rows.map(({ cells }) => cells)].map((cells, i) => lineOf(cells, i > 0, dialect));
  if (dialect.tellsDelimiter) lines.unshift(`sep=${dialect.delimiter}`);
  return encoded(lines.join(dialect.lineEnd) + (dialect.endsLastLine ? dialect.lineEnd : ""), dialect);
}

function lineOf(
  cells: readonly string[],
  isRow: boolean,
  { delimiter, quotes, dropsEmpty, endsLastLine }: Dialect,
): string {
  const kept = [...cells];
  while (isRow && dropsEmpty && endsLastLine && kept.length > 1 && kept.at(-1) === "") kept.pop();
  return kept
    .map((cell) => (quotes === "all" || needsQuotes(cell, delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(delimiter);
}

function needsQuotes(cell: string, delimiter: string): boolean {
  return cell.includes(delimiter) || /["\r\n]/.test(cell);
}

function encoded(text: string, { encoding, hasMark }: Dialect): Buffer {
  if (encoding === "windows-1252") return Buffer.from(text.replace(/[^\p{ASCII}\u00a0-\u00ff]/gu, "?"), "latin1");
  const marked = hasMark ? `\ufeff${text}` : text;
  if (encoding === "utf-8") return Buffer.from(marked);
  const bytes = Buffer.from(marked, "utf16le");
  return encoding === "utf-16le" ? bytes : bytes.swap16();
}

/** What disks and half-done copies do to bytes. */
export const BYTE_CHANGES: Readonly<Record<string, (bytes: Buffer, random: SeededRandom) => Buffer>> = {
  cutOff: (bytes, random) => bytes.subarray(0, random.integer(0, bytes.length)),
  bitFlipped: (bytes, random) => withFlips(bytes, 1, random),
  bitsFlipped: (bytes, random) => withFlips(bytes, random.integer(2, 20), random),
};

function withFlips(bytes: Buffer, count: number, random: SeededRandom): Buffer {
  const damaged = Buffer.from(bytes);
  for (let i = 0; i < count; i++) damaged[random.integer(0, bytes.length)] ^= 1 << random.integer(0, 8);
  return damaged;
}
