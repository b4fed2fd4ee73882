/** Digits that spreadsheets keep of a number; later ones become zeros. */
const KEPT_DIGITS = 15;

/** Spreadsheets write no zeros in front and no plus. */
const AS_WRITTEN = /^-?(0|[1-9]\d*)([.,]\d+)*(e[+-]?\d+)?%?$/i;

/** Whether a cell is how a spreadsheet may write the number that an id looks like: 7 for 007, 100000 or 1E+05 for 1e5. */
export function writesNumber(path: string, cell: string): boolean {
  const exact = numbersIn(path);
  if (exact.length === 0 || !AS_WRITTEN.test(cell)) return false;
  const digits = digitsOf(cell);
  return numbersIn(cell).some((written) =>
    exact.some((number) => {
      if (number === written) return true;
      const unit = 10 ** (Math.floor(Math.log10(Math.abs(number))) - Math.min(digits, KEPT_DIGITS) + 1);
      const isRounded = digits >= KEPT_DIGITS || /[.,e]/i.test(cell);
      return isRounded && Math.abs(number - written) <= unit;
    }),
  );
}

/** The numbers that a text may stand for, with its comma before the decimals or between the thousands; none where it is no number. */
export function numbersIn(text: string): number[] {
  const parts = /^([+-]?[\d.,]*\d[\d.,]*)(e[+-]?\d+)?(%?)$/i.exec(text);
  if (!parts) return [];
  const [, mantissa, exponent = "", percent] = parts;
  const readings = [
    mantissa,
    mantissa.replaceAll(",", "."),
    mantissa.replaceAll(",", ""),
    mantissa.replace(/[.,]/g, ""),
  ];
  const numbers = readings.map((reading) => Number(reading + exponent) / (percent ? 100 : 1)).filter(Number.isFinite);
  return [...new Set(numbers)];
}

/** How many digits a cell tells of its number. */
function digitsOf(cell: string): number {
  const mantissa = cell.replace(/e.*$/i, "").replace(/\D/g, "");
  return mantissa.replace(/^0+/, "").replace(/0+$/, "").length || 1;
}
