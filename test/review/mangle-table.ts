import type { SeededRandom } from "#base/seeded-random.ts";
import { CELL_CHANGES, type MangledTable, retyped } from "./mangle-cells.ts";

type TableChange = (table: MangledTable, random: SeededRandom) => void;

/** What people and spreadsheets do to a table as a whole. */
export const TABLE_CHANGES: Readonly<Record<string, TableChange>> = {
  columnsMoved: (table, random) =>
    arrangeColumns(
      table,
      shuffled(
        table.header.map((_, i) => i),
        random,
      ),
    ),
  columnAdded: (table, random) =>
    addColumn(table, random.integer(0, table.header.length + 1), random.pick(["", "mine", "note 2"]), random),
  columnDeleted: (table, random) => {
    const gone = random.integer(0, table.header.length);
    arrangeColumns(
      table,
      table.header.map((_, i) => i).filter((i) => i !== gone),
    );
  },
  columnTwice: (table, random) => {
    const twice = random.integer(0, table.header.length);
    arrangeColumns(table, [...table.header.map((_, i) => i), twice]);
  },
  headersRetyped: (table, random) => {
    table.header = table.header.map((name) => random.pick([name, ` ${name}`, name.toUpperCase(), `${name}\u00a0`]));
  },
  rowsSorted: (table, random) => {
    const by = random.integer(0, table.header.length);
    table.rows.sort((a, b) => (a.cells[by] < b.cells[by] ? -1 : 1));
  },
  rowsShuffled: (table, random) => {
    table.rows = shuffled(table.rows, random);
  },
  rowsDeleted: (table, random) => {
    const share = random.between(0, 0.9);
    table.rows = table.rows.filter(() => random.between(0, 1) > share);
  },
  rowsTwice: (table, random) => {
    const some = table.rows.filter(() => random.between(0, 1) < 0.2);
    table.rows.push(...some.map(({ cells, of }) => ({ cells: [...cells], of })));
  },
  blankRows: (table, random) => addRow(table, [], random),
  remarks: (table, random) => addRow(table, [random.pick(["Total", "checked by me", "42"])], random),
  decisionsRetyped: (table, random) => {
    const place = table.header.indexOf("decision");
    for (const { cells } of table.rows) if (cells[place]) cells[place] = retyped(cells[place], random);
  },
  pathsRetyped: (table, random) => {
    const place = table.header.indexOf("path");
    const row = table.rows[random.integer(0, Math.max(1, table.rows.length))];
    if (row && place !== -1)
      row.cells[place] = random.pick([`${row.cells[place]} `, row.cells[place].slice(1), "retyped.jpg"]);
  },
  ...Object.fromEntries(
    Object.entries(CELL_CHANGES).map(([name, change]): [string, TableChange] => [
      name,
      (table, random) => {
        table.header = table.header.map((cell) => change(cell, random));
        for (const row of table.rows) row.cells = row.cells.map((cell) => change(cell, random));
      },
    ]),
  ),
};

function arrangeColumns(table: MangledTable, order: readonly number[]): void {
  table.header = order.map((place) => table.header[place]);
  for (const row of table.rows) row.cells = order.map((place) => row.cells[place] ?? "");
}

function addColumn(table: MangledTable, place: number, name: string, random: SeededRandom): void {
  table.header.splice(place, 0, name);
  for (const { cells } of table.rows) cells.splice(place, 0, random.pick(["", "x", "drop", "7"]));
}

function addRow(table: MangledTable, start: readonly string[], random: SeededRandom): void {
  const cells = table.header.map((_, i) => start[i] ?? "");
  table.rows.splice(random.integer(0, table.rows.length + 1), 0, { cells, of: undefined });
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  const keyed = items.map((item) => ({ item, key: random.between(0, 1) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
