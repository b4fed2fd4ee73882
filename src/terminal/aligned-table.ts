/**
 * Lines of a table for a terminal, two spaces between columns.
 *
 * @param lines cells, as many in each; the first holds the names
 * @param leftAligned how many of the first columns are texts; the others are numbers, aligned to the right
 */
export function alignedTable(lines: readonly (readonly string[])[], leftAligned: number): string {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  const aligned = (cell: string, column: number) => {
    return column < leftAligned ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  };
  return lines.map((cells) => `${cells.map(aligned).join("  ").trimEnd()}\n`).join("");
}

/** A paragraph in lines of at most `width` characters, unless a word is longer. */
export function wrapped(paragraph: string, width: number): string {
  const lines: string[] = [];
  for (const word of paragraph.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return `${lines.join("\n")}\n`;
}
