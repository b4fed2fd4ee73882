import { expect, test } from "vitest";
import { hashOf, madeGroup, review, rowOf, said } from "../support/small-review.ts";

test("a keeper whose name a spreadsheet changed is known by its own row, or by group and distance", async () => {
  const mangled = { path: "7", keep_path: "7" };
  const groups = [
    madeGroup("g-3", [
      ["007", "x"],
      ["b.jpg", "y"],
    ]),
  ];
  const [keeper, other] = groups[0].members.map((member) => ({ ...member, group_id: "g-3" }));
  const pair = { ...other, keep_path: "7", decision: "not-duplicate" };
  expect(await said([{ ...keeper, ...mangled }, pair], { groups })).toContain("b.jpg not-duplicate 007");
  expect(await said([pair], { groups })).toEqual(["b.jpg not-duplicate 007"]);
  expect(await said([{ ...pair, keep_path: "7-Jan" }], { groups })).toEqual(["b.jpg not-duplicate 007"]);
  await expect(review([{ ...pair, keep_path: "7-Jan", distance_to_keep: 0.5 }], { groups })).rejects.toThrow(
    /row 2: found not-duplicate with the keeper "7-Jan" of "b.jpg", expected the path of an image/,
  );
});

test("an earlier keeper is the one that was meant", async () => {
  const row = rowOf("=d()", { keep_path: "b.jpg", distance_to_keep: 0.5, decision: "not-duplicate" });
  expect(await said([row])).toEqual(["=d() not-duplicate b.jpg"]);
});

test("a keeper that is gone leaves nothing to separate", async () => {
  const keeper = { path: "old.jpg", keep_path: "old.jpg", sha256: hashOf("old"), role: "keeper" };
  const pair = rowOf("=d()", { keep_path: "old.jpg", distance_to_keep: 0.5, decision: "not-duplicate" });
  expect(await review([rowOf("a.jpg", keeper), pair])).toMatchObject({ rows: [], gone: 2 });
});

test("not-duplicate on the keeper's own row is refused", async () => {
  await expect(review([rowOf("a.jpg", { decision: "not-duplicate" })])).rejects.toThrow(
    /row 2: found not-duplicate on "a.jpg", which is the keeper, expected it on the image that differs/,
  );
});
