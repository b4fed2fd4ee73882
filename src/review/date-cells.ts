import { numbersIn } from "#review/number-cells.ts";

const MONTH = /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*$/i;
/** In any language. */
const MONTH_WORD = /^\p{L}{3,12}$/u;
const MOST_PARTS = 7;

/** Whether a spreadsheet may take an id for a date or a time: 3/4, 2024-01-02, 12:30, may 5. */
export function isDateLike(path: string): boolean {
  const parts = partsOf(path);
  return (
    parts.length > 1 &&
    parts.length <= MOST_PARTS &&
    parts.some((part) => /\d/.test(part)) &&
    parts.every((part) => /^\d{1,4}$/.test(part) || MONTH.test(part) || /^[ap]m$/i.test(part))
  );
}

/**
 * Whether a cell may name the date of an id: all its numbers are there, in any order, a year in two digits or four, a month by its name in
 * any language; or the cell is a number of a day.
 */
export function namesDate(path: string, cell: string): boolean {
  if (!isDateLike(path)) return false;
  const [number] = numbersIn(cell);
  if (number !== undefined) return isDayNumber(number);
  const parts = partsOf(cell).filter((part) => !/^[ap]m$/i.test(part));
  const numbers = parts.filter((part) => /^\d{1,4}$/.test(part)).map(shortNumber);
  const words = parts.filter((part) => MONTH_WORD.test(part));
  if (numbers.length === 0 || words.length > 1 || numbers.length + words.length < parts.length) return false;
  let unnamed = words.length;
  for (const part of partsOf(path)) {
    if (!/^\d+$/.test(part)) continue;
    const place = numbers.indexOf(shortNumber(part));
    if (place !== -1) numbers.splice(place, 1);
    else if (--unnamed < 0) return false;
  }
  return true;
}

/** A day from 1927 to 2118 as spreadsheets count them, with or without its time; or a time alone. */
function isDayNumber(number: number): boolean {
  return (number > 0 && number < 1) || (number >= 10_000 && number < 80_000);
}

/** `PT12H30M00S`, as .ods has it, are three numbers. */
function partsOf(text: string): string[] {
  const time = /^PT(\d+)H(\d+)M(\d+)S$/.exec(text);
  return time ? time.slice(1) : text.split(/[\s,/.:_-]+/).filter((part) => part !== "");
}

function shortNumber(digits: string): number {
  return Number(digits) % 100;
}
