/** What ends like a name: one path, with the number of parts that both end with, or several that none is nearer of. */
export type SuffixMatch = { readonly row: number; readonly parts: number } | "several" | undefined;

/** One row, or those that end alike. */
type Entry = number | Bucket;

/**
 * Finds the path that shares the longest end of whole parts with a name: `images/train/a/b.jpg` finds `set/a/b.jpg`. Paths that end
 * alike are only told apart by the parts before once a name asks for them, so that a million of either take seconds.
 */
export class SuffixIndex {
  readonly #paths: readonly string[];
  readonly #byLastPart: ReadonlyMap<string, Entry>;

  /** @param paths by row, `/` between parts */
  constructor(paths: readonly string[]) {
    this.#paths = paths;
    this.#byLastPart = grouped(paths.keys(), (row) => lastPart(paths[row], paths[row].length));
  }

  find(name: string): SuffixMatch {
    let level = this.#byLastPart;
    let end = name.length;
    let found: SuffixMatch;
    for (;;) {
      const part = lastPart(name, end);
      const entry = level.get(part);
      if (entry === undefined) return found;
      if (typeof entry === "number") return { row: entry, parts: commonParts(name, this.#paths[entry]) };
      found = "several";
      end -= part.length + 1;
      if (end < 0) return found;
      level = entry.byPartBefore(this.#paths, name.length - end);
    }
  }
}

class Bucket {
  readonly rows: number[] = [];
  #byPartBefore: ReadonlyMap<string, Entry> | undefined;

  /** @param fromEnd what all rows end with, the slash before it included; rows that are no longer than it have no part before */
  byPartBefore(paths: readonly string[], fromEnd: number): ReadonlyMap<string, Entry> {
    this.#byPartBefore ??= grouped(
      this.rows.filter((row) => paths[row].length >= fromEnd),
      (row) => lastPart(paths[row], paths[row].length - fromEnd),
    );
    return this.#byPartBefore;
  }
}

function grouped(rows: Iterable<number>, keyOf: (row: number) => string): Map<string, Entry> {
  const groups = new Map<string, Entry>();
  for (const row of rows) {
    const key = keyOf(row);
    const entry = groups.get(key);
    if (entry === undefined) groups.set(key, row);
    else if (typeof entry !== "number") entry.rows.push(row);
    else {
      const bucket = new Bucket();
      bucket.rows.push(entry, row);
      groups.set(key, bucket);
    }
  }
  return groups;
}

/** The part of a path that ends before a place. */
function lastPart(path: string, end: number): string {
  return path.slice(end === 0 ? 0 : path.lastIndexOf("/", end - 1) + 1, end);
}

function commonParts(a: string, b: string): number {
  let parts = 0;
  for (let [endA, endB] = [a.length, b.length]; endA >= 0 && endB >= 0; parts++) {
    const [partA, partB] = [lastPart(a, endA), lastPart(b, endB)];
    if (partA !== partB) break;
    endA -= partA.length + 1;
    endB -= partB.length + 1;
  }
  return parts;
}
