import fc from "fast-check";
import { expect, test } from "vitest";
import { Apart } from "#clusters/apart.ts";
import { componentsApart } from "#clusters/components-apart.ts";
import { connectedComponents } from "#clusters/connected-components.ts";
import { directGroups } from "#clusters/direct-groups.ts";
import { PairCollector, type PairList } from "#data/pair-list.ts";

const ROWS = 20;
const byRow = (a: number, b: number) => a - b;

function pairsOf(pairs: Iterable<readonly [number, number, number]>): PairList {
  const collector = new PairCollector();
  for (const pair of pairs) collector.add(...pair);
  return collector.toList();
}

type Edge = readonly [number, number, number];

const somePairs = fc
  .uniqueArray(fc.tuple(fc.nat(ROWS - 1), fc.nat(ROWS - 1), fc.nat(5)), {
    selector: ([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`,
    maxLength: 60,
  })
  .map((all) => all.filter(([a, b]) => a !== b).map(([a, b, d]): Edge => [Math.min(a, b), Math.max(a, b), d / 4]));

/** Pairs and rows that must be apart, which are no pair. */
const someApart = fc
  .tuple(somePairs, fc.array(fc.tuple(fc.nat(ROWS - 1), fc.nat(ROWS - 1)), { maxLength: 12 }))
  .map(([pairs, some]) => {
    const apart = some.filter(([a, b]) => a !== b);
    const isApart = (a: number, b: number) => apart.some(([x, y]) => (x === a && y === b) || (x === b && y === a));
    return { apart, pairs: pairs.filter(([a, b]) => !isApart(a, b)) };
  });

/** The same, by sets that are copied at each step. */
function plainly(pairs: readonly Edge[], apart: readonly (readonly [number, number])[]): number[][] {
  const whole = connectedComponents(ROWS, pairsOf(pairs), byRow).map(({ rows }) => rows);
  const isBroken = (rows: readonly number[]) => apart.some(([a, b]) => rows.includes(a) && rows.includes(b));
  let sets = [...Array(ROWS).keys()].map((row) => [row]);
  const order = pairs.map((pair, i) => ({ pair, i })).sort((x, y) => x.pair[2] - y.pair[2] || x.i - y.i);
  for (const { pair } of order) {
    const [a, b] = pair.slice(0, 2).map((row) => sets.find((set) => set.includes(row)) as number[]);
    if (a === b) continue;
    const both = [...a, ...b].sort(byRow);
    const broken = isBroken(whole.find((rows) => rows.includes(pair[0])) as number[]);
    if (broken && isBroken(both)) continue;
    sets = [...sets.filter((set) => set !== a && set !== b), both];
  }
  return sets.filter(({ length }) => length > 1).sort((a, b) => a[0] - b[0]);
}

test("componentsApart() never brings two images together that must be apart, and joins the others nearest first", () => {
  fc.assert(
    fc.property(someApart, ({ pairs, apart }) => {
      const groups = componentsApart(ROWS, pairsOf(pairs), byRow, new Apart(apart)).map(({ rows }) => [...rows]);
      expect(groups).toEqual(plainly(pairs, apart));
      for (const [a, b] of apart) expect(groups.some((rows) => rows.includes(a) && rows.includes(b))).toBe(false);
    }),
  );
});

test("componentsApart() leaves an image between two that are apart with the nearer one", () => {
  const pairs = pairsOf([
    [0, 1, 0.3],
    [1, 2, 0.2],
    [3, 4, 0.5],
  ]);
  expect(componentsApart(5, pairs, byRow, new Apart([[0, 2]]))).toEqual([
    { rows: [1, 2], keeper: 1 },
    { rows: [3, 4], keeper: 3 },
  ]);
});

test("directGroups() never brings two images together that must be apart, though both are pairs with one keeper", () => {
  fc.assert(
    fc.property(someApart, ({ pairs, apart }) => {
      const groups = directGroups(ROWS, pairsOf(pairs), byRow, new Apart(apart));
      const isPair = (a: number, b: number) => pairs.some(([x, y]) => (x === a && y === b) || (x === b && y === a));
      for (const { rows, keeper } of groups) {
        expect(apart.some(([a, b]) => rows.includes(a) && rows.includes(b))).toBe(false);
        for (const row of rows) expect(row === keeper || isPair(row, keeper)).toBe(true);
      }
    }),
  );
});
