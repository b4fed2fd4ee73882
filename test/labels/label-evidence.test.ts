import fc from "fast-check";
import { expect, test } from "vitest";
import type { Label } from "#data/label.ts";
import { MATCHES } from "#data/match.ts";
import { type MatchedPairs, PairCollector } from "#data/pair-list.ts";
import { findConflicts } from "#labels/find-conflicts.ts";
import { GroupLabels } from "#labels/group-labels.ts";
import { NearestConcerned } from "#labels/nearest-concerned.ts";
import { suggestLabels } from "#labels/suggest-labels.ts";

const ROWS = 24;

interface Scene {
  readonly places: readonly number[];
  readonly labels: readonly (Label | undefined)[];
  readonly groups: readonly number[][];
  readonly pairs: MatchedPairs;
}

const distanceOf = ({ places }: Scene, a: number, b: number) => Math.abs(places[a] - places[b]);
const matchOf = (a: number, b: number) => MATCHES[(7 * Math.min(a, b) + Math.max(a, b)) % MATCHES.length];

/** Images on a line, those within 2 a pair, in groups of whatever kind. */
const scenes = fc
  .record({
    places: fc.array(fc.nat(40), { minLength: ROWS, maxLength: ROWS }),
    names: fc.array(fc.constantFrom("", "", undefined, "cat", "dog", "cow", "=x;\n1"), {
      minLength: ROWS,
      maxLength: ROWS,
    }),
    groupOf: fc.array(fc.nat(4), { minLength: ROWS, maxLength: ROWS }),
  })
  .map(({ places, names, groupOf }): Scene => {
    const collector = new PairCollector();
    const match: number[] = [];
    for (let a = 0; a < ROWS; a++) {
      for (let b = a + 1; b < ROWS; b++) {
        if (Math.abs(places[a] - places[b]) > 2) continue;
        collector.add(a, b, Math.abs(places[a] - places[b]));
        match.push(MATCHES.indexOf(matchOf(a, b)));
      }
    }
    const labels = names.map((label) => (label === undefined ? undefined : { label, split: "train" }));
    // the last number stands for no group; the keeper, which comes first, is not the smallest row
    const groups = [0, 1, 2, 3].map((group) => [...places.keys()].filter((row) => groupOf[row] === group).reverse());
    return { places, labels, groups, pairs: { ...collector.toList(), match: Uint8Array.from(match) } };
  });

/** What a run finds; searches are answered by brute force. */
function checked(scene: Scene) {
  const labels = new GroupLabels(scene.groups, scene.labels);
  const nearest = new NearestConcerned(labels, scene.pairs);
  const searches = [...nearest.missing()];
  for (const { queries, base } of searches) {
    for (const row of queries) {
      const other = nearestAmong(scene, row, base);
      nearest.offer(row, other, distanceOf(scene, row, other));
    }
  }
  for (const [row, other] of nearest.unmatched()) nearest.setMatch(row, matchOf(row, other));
  return { labels, nearest, searches };
}

function nearestAmong(scene: Scene, row: number, others: readonly number[]): number {
  return others.toSorted((a, b) => distanceOf(scene, row, a) - distanceOf(scene, row, b) || a - b)[0];
}

const labelOf = ({ labels }: Scene, row: number) => labels[row]?.label ?? "";
const labeledOf = (scene: Scene, rows: readonly number[]) => rows.filter((row) => labelOf(scene, row) !== "");

function evidence(scene: Scene, row: number, others: readonly number[]) {
  const other = nearestAmong(scene, row, others);
  return { row: other, distance: distanceOf(scene, row, other), match: matchOf(row, other) };
}

test("images without a label get that of the nearest labeled one of their group where all its labels are the same", () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const { labels, nearest } = checked(scene);
      const found = suggestLabels(labels, nearest, ["g0", "g1", "g2", "g3"]);
      const expected = scene.groups.flatMap((rows, group) => {
        const labeled = labeledOf(scene, rows);
        if (new Set(labeled.map((row) => labelOf(scene, row))).size !== 1) return [];
        return rows
          .filter((row) => labelOf(scene, row) === "")
          .map((row) => ({
            ...{ row, label: labelOf(scene, labeled[0]), groupId: `g${group}` },
            source: evidence(scene, row, labeled),
          }));
      });
      const strength = ({ source }: (typeof expected)[number]) => MATCHES.indexOf(source.match);
      expected.sort((a, b) => strength(a) - strength(b) || a.source.distance - b.source.distance || a.row - b.row);
      expect(found).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test("of groups whose labels differ, rare labels come first, each beside the nearest other one", () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const { labels, nearest } = checked(scene);
      const found = findConflicts(labels, nearest);
      const mixed = [0, 1, 2, 3].filter(
        (group) => new Set(labeledOf(scene, scene.groups[group]).map((row) => labelOf(scene, row))).size > 1,
      );
      expect(found.map(({ group }) => group)).toEqual(mixed);
      for (const { group, labels: counts, members } of found) {
        const labeled = labeledOf(scene, scene.groups[group]);
        const frequency = (row: number) =>
          labeled.filter((other) => labelOf(scene, other) === labelOf(scene, row)).length;
        const expected = labeled.map((row) => {
          const others = labeled.filter((other) => labelOf(scene, other) !== labelOf(scene, row));
          return { row, other: evidence(scene, row, others) };
        });
        expected.sort(
          (a, b) => frequency(a.row) - frequency(b.row) || a.other.distance - b.other.distance || a.row - b.row,
        );
        expect(members).toEqual(expected);
        expect(new Map(counts)).toEqual(new Map(labeled.map((row) => [labelOf(scene, row), frequency(row)])));
        expect(counts.map(([, count]) => count)).toEqual(counts.map(([, count]) => count).toSorted((a, b) => b - a));
      }
    }),
    { numRuns: 300 },
  );
});

test("vectors are searched for those rows alone that no pair tells of, and in few searches", () => {
  const labels = Array.from({ length: 1000 }, (_, row) => ({ label: `label ${row % 100}`, split: "" }));
  const rows = [...labels.keys()];
  const pairs = { ...new PairCollector().toList(), match: new Uint8Array() };
  const none = new NearestConcerned(new GroupLabels([rows], labels), pairs);
  const searches = [...none.missing()];
  expect(searches.length).toBeLessThanOrEqual(14);
  const base = new Map(rows.map((row) => [row, new Set<number>()]));
  for (const search of searches)
    for (const row of search.queries) for (const other of search.base) base.get(row)?.add(other);
  for (const [row, others] of base) expect(others).toEqual(new Set(rows.filter((other) => other % 100 !== row % 100)));

  const collector = new PairCollector();
  for (let row = 0; row + 1 < 1000; row++) collector.add(row, row + 1, 0.5);
  const paired = { ...collector.toList(), match: new Uint8Array(999) };
  expect([...new NearestConcerned(new GroupLabels([rows], labels), paired).missing()]).toEqual([]);
});

test("nothing is searched where nothing has a label, or only a split is known", () => {
  const pairs = { ...new PairCollector().toList(), match: new Uint8Array() };
  for (const label of [undefined, { label: "", split: "train" }]) {
    const labels = new GroupLabels([[0, 1, 2]], [label, label, label]);
    const nearest = new NearestConcerned(labels, pairs);
    expect([...nearest.missing()]).toEqual([]);
    expect(suggestLabels(labels, nearest, ["g"])).toEqual([]);
    expect(findConflicts(labels, nearest)).toEqual([]);
  }
});
