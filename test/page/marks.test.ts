import fc from "fast-check";
import { expect, test } from "vitest";
import { DECISIONS } from "#data/decision.ts";
import { nothingStays, proposedDrops, refusalOf, undecidedMembers } from "#page/browser/mark-rules.ts";
import { type Markable, Marks } from "#page/browser/marks.ts";
import { groupOfPaths, reviewGroup, reviewMember } from "../support/review-content.ts";

const [plain, dropped]: Markable[] = [
  { path: "a.jpg", decision: "", note: "" },
  { path: "b.jpg", decision: "drop", note: "blurred" },
];

test("a mark holds instead of what was decided earlier, and clearing it withdraws that", () => {
  const marks = new Marks();
  marks.decide([dropped], "keep");
  expect(marks.of(dropped)).toEqual({ decision: "keep", note: "blurred" });
  marks.decide([dropped], "");
  expect(marks.of(dropped)).toEqual({ decision: "", note: "blurred" });
  expect(marks.isMarked(dropped)).toBe(true);
});

test("a mark that says what was decided already is none", () => {
  const marks = new Marks();
  marks.decide([plain, dropped], "drop");
  expect(marks.count).toBe(1);
  marks.decide([plain], "");
  expect(marks.count).toBe(0);
});

test("marks that changed after an export are not exported", () => {
  const marks = new Marks();
  expect(marks.isExported).toBe(true);
  marks.decide([plain], "drop");
  expect(marks.isExported).toBe(false);
  marks.noteExport();
  expect(marks.isExported).toBe(true);
  marks.note(plain, "not mine");
  expect(marks.isExported).toBe(false);
});

test("every step can be taken back, and saved marks come back equal", () => {
  const images = Array.from(
    { length: 4 },
    (_, i): Markable => ({ path: `${i}`, decision: i % 2 ? "keep" : "", note: "" }),
  );
  const step = fc.record({
    chosen: fc.subarray(images),
    decision: fc.constantFrom("" as const, ...DECISIONS),
    note: fc.option(fc.string(), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const marks = new Marks();
      const seen = [marks.toSaved().marks];
      for (const { chosen, decision, note } of steps) {
        const before = JSON.stringify(marks.toSaved().marks);
        if (note === undefined) marks.decide(chosen, decision);
        else marks.note(images[0], note);
        if (JSON.stringify(marks.toSaved().marks) !== before) seen.push(marks.toSaved().marks);
      }
      expect(new Marks(marks.toSaved()).toSaved()).toEqual(marks.toSaved());
      while (seen.length > 1) {
        expect(sorted(marks)).toEqual([...(seen.pop() ?? [])].sort());
        marks.undo();
      }
      expect(marks.count).toBe(0);
      expect(marks.canUndo).toBe(false);
    }),
  );
});

function sorted(marks: Marks): unknown[] {
  return [...marks.toSaved().marks].sort();
}

test("a reference cannot be dropped, and a keeper is no duplicate of itself", () => {
  const [keeper, reference, duplicate] = [
    reviewMember("k.jpg", "k.jpg"),
    reviewMember("r.jpg", "k.jpg", { role: "reference" }),
    reviewMember("d.jpg", "k.jpg"),
  ];
  expect(refusalOf(reference, "drop")).toMatch(/reference/i);
  expect(refusalOf(keeper, "not-duplicate")).toMatch(/keeper/);
  for (const decision of DECISIONS) expect(refusalOf(duplicate, decision)).toBeUndefined();
  expect(refusalOf(keeper, "drop")).toBeUndefined();
});

test("the proposal drops copies of the keeper that nobody has decided on, and none that are chained or only similar", () => {
  const group = reviewGroup("g", [
    reviewMember("k", "k"),
    reviewMember("near", "k"),
    reviewMember("kept", "k", { decision: "keep" }),
    reviewMember("chained", "k", { link: "chain" }),
    reviewMember("similar", "k", { match: "similar" }),
    reviewMember("reference", "k", { role: "reference" }),
  ]);
  const marks = new Marks();
  const drops = proposedDrops(group, marks);
  expect(drops.map(({ path }) => path)).toEqual(["near"]);
  marks.decide(drops, "drop");
  expect(undecidedMembers(group, marks).map(({ path }) => path)).toEqual(["chained", "similar"]);
});

test("nothing stays of a group when all its members are dropped; a reference always does", () => {
  const group = groupOfPaths("g", "k", "d");
  const marks = new Marks();
  marks.decide([group.members[1]], "drop");
  expect(nothingStays(group, marks)).toBe(false);
  marks.decide([group.members[0]], "drop");
  expect(nothingStays(group, marks)).toBe(true);
  const withReference = reviewGroup("g", [
    ...group.members,
    reviewMember("r", "k", { role: "reference", decision: "drop" }),
  ]);
  expect(nothingStays(withReference, marks)).toBe(false);
});
