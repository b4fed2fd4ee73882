// what spreadsheets take for a formula or a command when it begins a cell, in half and full width
const FORMULA_START = /^'*[=+\-@\t\r\n＝＋－＠]/;

/**
 * Makes a text harmless for spreadsheets: one apostrophe in front of what would run as a formula. Texts that already begin with
 * apostrophes before such a character get one more, so that `fromCell` always gives back what went in.
 */
export function toCell(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

/** The text that `toCell` was given. */
export function fromCell(cell: string): string {
  return cell.startsWith("'") && FORMULA_START.test(cell) ? cell.slice(1) : cell;
}
