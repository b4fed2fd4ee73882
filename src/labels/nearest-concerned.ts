import { MATCHES, type Match } from "#data/match.ts";
import type { MatchedPairs } from "#data/pair-list.ts";
import { type GroupLabels, NONE } from "#labels/group-labels.ts";

/** A search for the nearest base row of each query row; both ascending. */
export interface NearestWanted {
  readonly queries: readonly number[];
  readonly base: readonly number[];
}

/**
 * The row of its group that is nearest to each row and concerns its label; see `GroupLabels`. Of equally near ones the smaller row. Where
 * one of them is a stored pair, the nearest is, as all pairs within the threshold are stored; for the others vectors have to be searched.
 */
export class NearestConcerned {
  readonly #labels: GroupLabels;
  /** NONE where there is none yet. */
  readonly #nearest: Int32Array;
  readonly #distance: Float64Array;
  /** Place in MATCHES, NONE where it is not known yet. */
  readonly #match: Int8Array;

  /** @param pairs all that were found, whatever their match */
  constructor(labels: GroupLabels, pairs: MatchedPairs) {
    this.#labels = labels;
    const { groupOf } = labels;
    this.#nearest = new Int32Array(groupOf.length).fill(NONE);
    this.#distance = new Float64Array(groupOf.length).fill(Number.POSITIVE_INFINITY);
    this.#match = new Int8Array(groupOf.length).fill(NONE);
    const count = labels.names.length > 0 ? pairs.count : 0;
    for (let i = 0; i < count; i++) {
      const [a, b] = [pairs.left[i], pairs.right[i]];
      if (groupOf[a] === NONE || groupOf[a] !== groupOf[b]) continue;
      if (labels.concerns(a, b)) this.offer(a, b, pairs.distance[i], pairs.match[i]);
      if (labels.concerns(b, a)) this.offer(b, a, pairs.distance[i], pairs.match[i]);
    }
  }

  /** Takes a row for the nearest of another where it is nearer than those before. */
  offer(row: number, other: number, distance: number, match = NONE): void {
    const isNearer = distance < this.#distance[row] || (distance === this.#distance[row] && other < this.#nearest[row]);
    if (!isNearer) return;
    this.#nearest[row] = other;
    this.#distance[row] = distance;
    this.#match[row] = match;
  }

  /** The nearest of a row; undefined where there is none, or it is not known yet how they resemble each other. */
  of(row: number) {
    if (this.#nearest[row] === NONE || this.#match[row] === NONE) return undefined;
    return { row: this.#nearest[row], distance: this.#distance[row], match: MATCHES[this.#match[row]] };
  }

  /** Rows of which the nearest is known, but not how it resembles them, with that one. */
  unmatched(): (readonly [row: number, other: number])[] {
    const rows = [...this.#nearest.keys()].filter((row) => this.#nearest[row] !== NONE && this.#match[row] === NONE);
    return rows.map((row) => [row, this.#nearest[row]]);
  }

  setMatch(row: number, match: Match): void {
    this.#match[row] = MATCHES.indexOf(match);
  }

  /**
   * The searches that tell the nearest of the rows without one: their results are to be offered. In a group of k labels there are up to
   * 2 log2(k): labels are numbered, and for each binary digit the rows that have it are searched among those that do not, and the other way
   * round; two labels differ in at least one digit, and equal ones in none.
   */
  *missing(): Generator<NearestWanted> {
    for (const [group, rows] of this.#labels.rows.entries()) {
      const queries = rows.filter((row) => this.#labels.isConcerned(row) && this.#nearest[row] === NONE);
      if (queries.length === 0) continue;
      const base = rows.filter((row) => this.#labels.labelOf[row] !== NONE);
      if (this.#labels.isMixed(group)) yield* this.#amongOthers(queries, base);
      else yield { queries, base };
    }
  }

  *#amongOthers(queries: readonly number[], base: readonly number[]): Generator<NearestWanted> {
    const { labelOf } = this.#labels;
    const numbers = new Map([...new Set(base.map((row) => labelOf[row]))].map((label, i) => [label, i]));
    const digitOf = (row: number, digit: number) => ((numbers.get(labelOf[row]) as number) >> digit) & 1;
    for (let digit = 0; (numbers.size - 1) >> digit > 0; digit++) {
      for (const value of [0, 1]) {
        const having = queries.filter((row) => digitOf(row, digit) === value);
        if (having.length > 0) yield { queries: having, base: base.filter((row) => digitOf(row, digit) !== value) };
      }
    }
  }
}
