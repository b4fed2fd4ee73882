import fc from "fast-check";
import { expect, test } from "vitest";
import { connectedComponents } from "#clusters/connected-components.ts";
import { memberDistances } from "#clusters/describe-members.ts";
import { type KeepRule, keepOrder } from "#clusters/keep-order.ts";
import type { ImageRecord } from "#data/image-record.ts";
import { PairCollector } from "#data/pair-list.ts";

function pairsOf(...pairs: (readonly [number, number, number?])[]) {
  return listOf(pairs);
}

function listOf(pairs: Iterable<readonly [number, number, number?]>) {
  const collector = new PairCollector();
  for (const [left, right, distance] of pairs) collector.add(left, right, distance ?? 1);
  return collector.toList();
}

const byRow = (a: number, b: number) => a - b;

test("connectedComponents() joins what hangs together through others, and leaves single rows out", () => {
  const largestFirst = (a: number, b: number) => b - a;
  expect(connectedComponents(8, pairsOf([1, 5], [2, 3], [5, 7]), largestFirst)).toEqual([
    { rows: [1, 5, 7], keeper: 7 },
    { rows: [2, 3], keeper: 3 },
  ]);
  expect(connectedComponents(3, pairsOf(), largestFirst)).toEqual([]);
});

test("connectedComponents() does not depend on the order of the pairs", () => {
  const edge = fc.tuple(fc.nat(40), fc.nat(40)).map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const);
  const shuffled = fc
    .array(edge)
    .chain((edges) =>
      fc.tuple(fc.constant(edges), fc.shuffledSubarray(edges, { minLength: edges.length, maxLength: edges.length })),
    );
  fc.assert(
    fc.property(shuffled, ([edges, other]) => {
      expect(connectedComponents(42, pairsOf(...edges), byRow)).toEqual(
        connectedComponents(42, pairsOf(...other), byRow),
      );
    }),
  );
});

test("connectedComponents() follows a chain of 300,000 rows", () => {
  const chain = Array.from({ length: 299_999 }, (_, i) => [i, i + 1] as const).reverse();
  expect(connectedComponents(300_000, listOf(chain), byRow)[0].rows).toHaveLength(300_000);
});

function image(facts: Partial<ImageRecord>): ImageRecord {
  return { id: "", reference: false, folderLabel: "", width: 1, height: 1, bytes: 1, sha256: "", ...facts };
}

test.each<[readonly KeepRule[], number]>([
  [["reference", "labeled", "pixels", "bytes", "path"], 3],
  [["labeled", "pixels", "bytes", "path"], 2],
  [["pixels", "bytes", "path"], 1],
  [["bytes", "path"], 4],
  [["path"], 0],
  [[], 0],
])("keepOrder() lets the first rule that tells images apart decide: %j", (rules, keeper) => {
  const images = [
    image({}),
    image({ width: 9, height: 9 }),
    image({}),
    image({ reference: true }),
    image({ bytes: 9 }),
  ];
  const labels = [undefined, undefined, { label: "a", split: "" }, undefined, undefined];
  expect([4, 2, 0, 1, 3].sort(keepOrder({ images, labels, decisions: [] }, rules))[0]).toBe(keeper);
});

test("memberDistances() names the nearest member, and the distance to the keeper where that is a pair", () => {
  const keeperOf = Uint32Array.of(0, 0, 0, 3);
  const pairs = { ...pairsOf([0, 1, 0.5], [1, 2, 0.25]), match: Uint8Array.of(2, 3) };
  const found = memberDistances(4, pairs, keeperOf);
  expect([...found.nearestRow]).toEqual([1, 2, 1, 0]);
  expect([...found.nearestDistance]).toEqual([0.5, 0.25, 0.25, Number.POSITIVE_INFINITY]);
  expect([...found.toKeeper]).toEqual([
    Number.POSITIVE_INFINITY,
    0.5,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
});
