import type { SeededRandom } from "#base/seeded-random.ts";

/** A line of a table under mangling, and which image it was of; undefined for lines that were written in. */
interface MangledRow {
  cells: string[];
  readonly of: string | undefined;
}

export interface MangledTable {
  header: string[];
  rows: MangledRow[];
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_NUMBER_OF_2026 = 46022;

/** What Excel shows, and so saves as CSV, of a text that it takes for a number, a date, a time or a truth value. */
function asExcel(cell: string, random: SeededRandom): string {
  const text = cell.trim();
  if (/^\d+$/.test(text)) {
    if (text.replace(/^0+/, "").length <= 11) return text.replace(/^0+(?=\d)/, "");
    const kept = text.replace(/^0+/, "");
    if (random.integer(0, 2) === 0) return Number(kept).toExponential(5).replace("e", "E");
    return kept.slice(0, 15).padEnd(kept.length, "0");
  }
  if (/^\d+e\d+$/i.test(text))
    return Number(text)
      .toExponential(2)
      .replace(/e\+(\d)$/, "E+0$1");
  if (/^\d+\.\d{10,}$/.test(text)) return Number(text).toPrecision(9);
  if (/^\d+\.\d+$/.test(text)) return String(Number(text));
  if (/^(true|false)$/i.test(text))
    return random.pick([text.toUpperCase(), text.toLowerCase() === "true" ? "TRUE" : "FALSE"]);
  return asDate(text, random) ?? cell;
}

function asDate(text: string, random: SeededRandom): string | undefined {
  const short = /^(\d{1,2})[/-](\d{1,2})$/.exec(text);
  if (short) {
    const [first, second] = [Number(short[1]), Number(short[2])];
    if (first > 12 || second > 28) return undefined;
    const days = Math.round((Date.UTC(2026, first - 1, second) - Date.UTC(2025, 11, 31)) / 86_400_000);
    return random.pick([
      `${second}-${MONTHS[first - 1]}`,
      `0${second}. ${MONTHS[first - 1]}`,
      String(DAY_NUMBER_OF_2026 + days),
    ]);
  }
  const long = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (long)
    return random.pick([`${Number(long[2])}/${Number(long[3])}/${long[1]}`, `${long[3]}.${long[2]}.${long[1]}`]);
  if (/^\d+%$/.test(text)) return random.pick([text, String(Number.parseInt(text, 10) / 100)]);
  return undefined;
}

/** What LibreOffice does on reading and saving with recognition of special numbers. */
function asLibreOffice(cell: string): string {
  if (/^\d{16,}$/.test(cell)) return Number(cell).toExponential(14).replace("e+", "E+0");
  if (/^\d+$/.test(cell)) return cell.replace(/^0+(?=\d)/, "");
  if (/^\d+e\d+$/i.test(cell))
    return Number(cell)
      .toExponential(2)
      .replace(/e\+(\d)$/, "E+0$1");
  const date = /^(\d{1,2})\/(\d{1,2})$/.exec(cell);
  if (date && Number(date[1]) <= 12) return `0${date[1]}/0${date[2]}/26`;
  return cell.replace(/\r\n?/g, "\n");
}

/** Ways to change every cell of a table. */
export const CELL_CHANGES: Readonly<Record<string, (cell: string, random: SeededRandom) => string>> = {
  excel: asExcel,
  libreOffice: (cell) => asLibreOffice(cell),
  lineFeeds: (cell) => cell.replace(/\r\n?/g, "\n"),
  returns: (cell) => cell.replace(/\r\n?|\n/g, "\r"),
  swallowedApostrophes: (cell) => cell.replace(/^'/, ""),
  moreApostrophes: (cell) => (/^\d/.test(cell) ? `'${cell}` : cell),
  trimmed: (cell) => cell.trim(),
  composed: (cell) => cell.normalize("NFC"),
  decomposed: (cell) => cell.normalize("NFD"),
  commas: (cell) => (/^\d+\.\d+$/.test(cell) ? cell.replace(".", ",") : cell),
  questionMarks: (cell) => cell.replace(/[^\p{Cc}\u0020-\u00ff]/gu, "?"),
  wronglyDecoded: (cell) => Buffer.from(cell).toString("latin1"),
  noControls: (cell) => cell.replace(/(?![\t\r\n])\p{Cc}/gu, ""),
};

/** Other ways to write a decision that say the same. */
export function retyped(decision: string, random: SeededRandom): string {
  return random.pick([
    decision.toUpperCase(),
    ` ${decision} `,
    `\u00a0${decision}`,
    decision.replace("-", " "),
    decision.replace("-", "_"),
    decision.replace("-", "\u2011"),
    decision.replace("-", " \u2013 "),
    decision.charAt(0).toUpperCase() + decision.slice(1),
  ]);
}
