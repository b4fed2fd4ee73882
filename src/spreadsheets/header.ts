/** A kind of table, known by its columns. */
export interface SheetKind {
  /** As messages call it. */
  readonly name: string;
  readonly needed: readonly string[];
  /** Columns that are read where they are there. */
  readonly optional: readonly string[];
  /** Columns that show that a table is of another kind. */
  readonly without: readonly string[];
}

/** Where the columns of a kind stand in a sheet. */
export interface Columns {
  readonly kind: SheetKind;
  readonly places: ReadonlyMap<string, number>;
}

/**
 * Finds the columns of the first kind that a header has all columns of, whatever the case and the blanks around their names.
 *
 * @returns undefined when it has those of no kind
 * @throws Error when one of them is there twice
 */
export function columnsOf(header: readonly string[], kinds: readonly SheetKind[]): Columns | undefined {
  const names = header.map(normalName);
  const kind = kinds.find(
    ({ needed, without }) =>
      needed.every((name) => names.includes(name)) && !without.some((name) => names.includes(name)),
  );
  if (!kind) return undefined;
  const places = new Map<string, number>();
  for (const name of [...kind.needed, ...kind.optional]) {
    const place = names.indexOf(name);
    if (place === -1) continue;
    if (names.indexOf(name, place + 1) !== -1) throw new Error(`found the column ${name} twice, expected it once`);
    places.set(name, place);
  }
  return { kind, places };
}

/** What is wrong with a header that is of no kind: which columns of the nearest kind it lacks. */
export function columnsText(header: readonly string[], kinds: readonly SheetKind[]): string {
  const names = header.map(normalName);
  const lacking = kinds
    .filter(({ without }) => !without.some((name) => names.includes(name)))
    .map(({ name, needed }) => ({ name, needed, missing: needed.filter((column) => !names.includes(column)) }))
    .sort((a, b) => a.missing.length - b.missing.length)[0];
  const expected = kinds.map(({ name, needed }) => `of ${name} (${needed.join(",")})`).join(" or ");
  const found = `found the columns ${header.join(",")}`;
  if (!lacking || lacking.missing.length === lacking.needed.length) return `${found}, expected those ${expected}`;
  return `${found} without ${lacking.missing.join(",")}, expected those ${expected}`;
}

function normalName(cell: string): string {
  return cell
    .replace(/[\s\u00a0\ufeff]+/g, " ")
    .trim()
    .toLowerCase();
}
