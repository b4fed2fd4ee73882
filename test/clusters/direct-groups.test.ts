import fc from "fast-check";
import { expect, test } from "vitest";
import { connectedComponents } from "#clusters/connected-components.ts";
import { directGroups } from "#clusters/direct-groups.ts";
import { PairCollector, type PairList } from "#data/pair-list.ts";

const ROWS = 30;
const byRow = (a: number, b: number) => a - b;

function pairsOf(pairs: Iterable<readonly [number, number, number]>): PairList {
  const collector = new PairCollector();
  for (const pair of pairs) collector.add(...pair);
  return collector.toList();
}

/** Pairs of up to 30 rows, each pair once; distances repeat. */
const somePairs = fc
  .uniqueArray(fc.tuple(fc.nat(ROWS - 1), fc.nat(ROWS - 1), fc.nat(4)), {
    selector: ([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`,
    maxLength: 80,
  })
  .map((all) => all.filter(([a, b]) => a !== b).map(([a, b, d]) => [Math.min(a, b), Math.max(a, b), d / 4] as const));

test("directGroups() splits a chain so that every row is a pair with its keeper", () => {
  const chain = pairsOf(Array.from({ length: 6 }, (_, i) => [i, i + 1, 0.5] as const));
  expect(directGroups(7, chain, byRow)).toEqual([
    { keeper: 0, rows: [0, 1] },
    { keeper: 2, rows: [2, 3] },
    { keeper: 4, rows: [4, 5] },
  ]);
  expect(directGroups(7, chain, (a, b) => (b % 3) - (a % 3) || a - b)).toEqual([
    { keeper: 2, rows: [1, 2, 3] },
    { keeper: 5, rows: [4, 5, 6] },
  ]);
});

test("directGroups() leaves no two keepers that are a pair, and every other row with the nearest keeper it has", () => {
  fc.assert(
    fc.property(somePairs, (pairs) => {
      const distance = new Map(pairs.flatMap(([a, b, d]) => [`${a} ${b}`, `${b} ${a}`].map((key) => [key, d])));
      const between = (a: number, b: number) => distance.get(`${a} ${b}`) ?? Number.POSITIVE_INFINITY;
      const groups = directGroups(ROWS, pairsOf(pairs), byRow);
      const keeperOf = new Map(groups.flatMap(({ rows, keeper }) => rows.map((row) => [row, keeper])));
      expect(keeperOf.size).toBe(groups.reduce((sum, { rows }) => sum + rows.length, 0));
      // rows that are in no group, though they are in pairs, are keepers of themselves
      const keepers = [...new Set(pairs.flat())].filter((row) => (keeperOf.get(row) ?? row) === row).sort(byRow);
      expect(keepers.filter((a) => keepers.some((b) => distance.has(`${a} ${b}`)))).toEqual([]);
      for (const [row, keeper] of keeperOf) {
        const nearest = keepers.reduce((a, b) => (between(row, b) < between(row, a) ? b : a));
        expect(keeper).toBe(keepers.includes(row) ? row : nearest);
      }
    }),
  );
});

test("directGroups() does not depend on how rows are numbered, nor on the order of the pairs", () => {
  const shuffled = fc.shuffledSubarray([...Array(ROWS).keys()], { minLength: ROWS });
  fc.assert(
    fc.property(somePairs, shuffled, fc.nat(), (pairs, newName, turn) => {
      const renamed = pairs.map(([a, b, d]) => {
        const [x, y] = [newName[a], newName[b]];
        return [Math.min(x, y), Math.max(x, y), d] as const;
      });
      const cut = renamed.length === 0 ? 0 : turn % renamed.length;
      const other = pairsOf([...renamed.slice(cut), ...renamed.slice(0, cut)]);
      const oldName = newName.map((_, row) => newName.indexOf(row));
      const inOldNames = directGroups(ROWS, other, (a, b) => oldName[a] - oldName[b]).map(({ keeper, rows }) => ({
        keeper: oldName[keeper],
        rows: rows.map((row) => oldName[row]).sort(byRow),
      }));
      expect(inOldNames.sort((a, b) => a.keeper - b.keeper)).toEqual(directGroups(ROWS, pairsOf(pairs), byRow));
    }),
  );
});

test("directGroups() makes parts of the groups that connectedComponents() makes", () => {
  fc.assert(
    fc.property(somePairs, (pairs) => {
      const list = pairsOf(pairs);
      const whole = connectedComponents(ROWS, list, byRow);
      for (const { rows } of directGroups(ROWS, list, byRow))
        expect(whole.some((group) => rows.every((row) => group.rows.includes(row)))).toBe(true);
    }),
  );
});
