/**
 * Rows of cells as text, a line each, columns as wide as their widest cell.
 *
 * @param rightFrom the first column whose cells stand right, as numbers do
 */
export function formatTable(rows: readonly (readonly string[])[], rightFrom: number): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const place = (cell: string, i: number) => (i < rightFrom ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  return rows.map((cells) => `${cells.map(place).join("  ").trimEnd()}\n`).join("");
}
