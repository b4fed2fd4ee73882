import { isDateLike, namesDate } from "#review/date-cells.ts";
import { numbersIn, writesNumber } from "#review/number-cells.ts";
import { toWindows1252 } from "#spreadsheets/windows-1252.ts";

/**
 * Whether a spreadsheet may have made a cell of an object id: ends of lines and blanks changed, an apostrophe too many or too few, read in
 * another encoding, letters lost, taken for a number, a date or a truth value. What it cannot have made is never taken for it.
 *
 * @param isSure false: the cell's own encoding was guessed
 */
export function couldBecome(path: string, cell: string, isSure: boolean): boolean {
  const [before, after] = [plainText(path), plainText(cell)];
  if (before === after) return true;
  if (/^(true|false)$/i.test(before) && before.toLowerCase() === after.toLowerCase()) return true;
  const wrongly = wronglyDecoded(cell);
  if (wrongly !== undefined && plainText(wrongly) === before) return true;
  if ((!isSure || /[?\ufffd]/.test(after)) && isSameButLosses(path, cell)) return true;
  return writesNumber(before, after) || namesDate(before, after);
}

/**
 * An index for `couldBecome`: an id that may have become a cell shares a sketch with it, or has `DATES` among its own.
 */
export function sketchesOf(text: string): string[] {
  const plain = plainText(text);
  const sketches = numbersIn(plain).map((number) => number.toExponential(2));
  if (isDateLike(plain)) sketches.push(DATES);
  if (sketches.length === 0) sketches.push(plain.replace(/[^A-Za-z0-9]+/g, "").toLowerCase());
  return [...new Set(sketches)];
}

/** The sketch of ids that may become a date, and so nearly anything. */
export const DATES = "date";

/** What is the same before and after line ends, blanks, control characters, accents and apostrophes were changed. */
function plainText(text: string, form: "NFC" | "NFD" = "NFC"): string {
  return text
    .normalize(form)
    .replace(/[\s\u00a0\u2028\u2029]+/g, " ")
    .replace(/\p{Cc}/gu, "")
    .trim()
    .replace(/^'+/, "");
}

/** Of letters with accents in two characters only the second is lost. */
function isSameButLosses(path: string, cell: string): boolean {
  const after = withLosses(plainText(cell));
  return (["NFC", "NFD"] as const).some((form) => withLosses(plainText(path, form)) === after);
}

/** Everything that is not ASCII, and what stands for it, as one question mark. */
function withLosses(plain: string): string {
  return plain.replace(/[^\u0020-\u007e]|\?/gu, "?").replace(/\?+/g, "?");
}

/** UTF-8 that was read as Windows-1252, as Excel does where the byte order mark is lost. */
function wronglyDecoded(cell: string): string | undefined {
  if (!/[\u0080-\uffff]/.test(cell)) return undefined;
  try {
    const bytes = toWindows1252(cell);
    return bytes && new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
