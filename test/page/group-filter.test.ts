import { expect, test } from "vitest";
import { chosenGroups, type GroupFilter, type GroupOrder, NO_FILTER } from "#page/browser/group-filter.ts";
import { indexedGroup } from "#page/browser/indexed-group.ts";
import { Marks } from "#page/browser/marks.ts";
import { groupOfPaths, reviewGroup, reviewMember } from "../support/review-content.ts";

const GROUPS = [
  reviewGroup("g-equal", [
    reviewMember("Café/a.jpg", "Café/a.jpg", { label: "cat", split: "train" }),
    reviewMember("b.jpg", "Café/a.jpg", {
      match: "same-bytes",
      distance_to_keep: 0,
      bytes: 9e6,
      label: "dog",
      split: "val",
    }),
  ]),
  { ...groupOfPaths("g-film", "f/0.png", "f/1.png", "f/2.png"), change: "grown" as const },
  reviewGroup("g-chain", [
    reviewMember("x", "x"),
    ...Array.from({ length: 6 }, (_, i) => reviewMember(`x${i}`, "x", { link: "chain", distance_to_keep: 0.6 })),
  ]),
];
const INDEXED = GROUPS.map((group, place) => indexedGroup(place, group));

function found(filter: Partial<GroupFilter>, order: GroupOrder = "report", marks = new Marks()): string[] {
  return chosenGroups(INDEXED, { ...NO_FILTER, ...filter }, order, marks).map(({ group }) => group.group_id);
}

test("a search finds paths, labels and group ids, all words of it, whatever their case and form of Unicode", () => {
  expect(found({ query: "" })).toHaveLength(3);
  expect(found({ query: "cafe\u0301 A.JPG" })).toEqual(["g-equal"]);
  expect(found({ query: "dog" })).toEqual(["g-equal"]);
  expect(found({ query: "G-FILM" })).toEqual(["g-film"]);
  expect(found({ query: "png dog" })).toEqual([]);
});

test.each<[string, Partial<GroupFilter>, string[]]>([
  ["match", { match: "same-bytes" }, ["g-equal"]],
  ["chains", { link: "chain" }, ["g-chain"]],
  ["direct links alone", { link: "direct" }, ["g-equal", "g-film"]],
  ["pairs", { size: "2" }, ["g-equal"]],
  ["size", { size: "3-5" }, ["g-film"]],
  ["large groups", { size: "6+" }, ["g-chain"]],
  ["any change", { change: "changed" }, ["g-film"]],
  ["a change", { change: "new" }, []],
  ["labels that differ", { labels: "conflict" }, ["g-equal"]],
  ["splits that differ", { labels: "splits" }, ["g-equal"]],
  ["no labels", { labels: "none" }, ["g-film", "g-chain"]],
])("groups can be filtered by %s", (_, filter, expected) => {
  expect(found(filter)).toEqual(expected);
});

test("a group is decided when each of its duplicates is, by earlier reviews and marks together", () => {
  const marks = new Marks();
  expect(found({ state: "decided" }, "report", marks)).toEqual([]);
  marks.decide(GROUPS[1].members.slice(1), "drop");
  expect(found({ state: "decided" }, "report", marks)).toEqual(["g-film"]);
  expect(found({ state: "undecided" }, "report", marks)).toEqual(["g-equal", "g-chain"]);
  expect(found({ state: "marked" }, "report", marks)).toEqual(["g-film"]);
  expect(found({ state: "nothing-stays" }, "report", marks)).toEqual([]);
  marks.decide(GROUPS[1].members, "drop");
  expect(found({ state: "nothing-stays" }, "report", marks)).toEqual(["g-film"]);
});

test.each<[GroupOrder, string[]]>([
  ["report", ["g-equal", "g-film", "g-chain"]],
  ["largest", ["g-chain", "g-film", "g-equal"]],
  ["nearest", ["g-equal", "g-film", "g-chain"]],
  ["farthest", ["g-chain", "g-film", "g-equal"]],
  ["bytes", ["g-equal", "g-chain", "g-film"]],
])("groups can be ordered: %s", (order, expected) => {
  expect(found({}, order)).toEqual(expected);
});
