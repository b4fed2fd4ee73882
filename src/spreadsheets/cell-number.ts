/** The number in a cell, with a point or a comma before its decimals and no grouping; NaN where there is none. */
export function cellNumber(cell: string): number {
  const text = cell
    .trim()
    .replace(/^'/, "")
    .replace(/^(-?\d*),(\d+)/, "$1.$2");
  return text === "" ? Number.NaN : Number(text);
}
