import { expect, test } from "vitest";
import { EXPORT_COLUMNS, GROUPS, hashOf, madeGroup, review, rowOf, said } from "../support/small-review.ts";

const BOTH_SEVENS = [rowOf("007"), rowOf("7")];

test("a row speaks of the image whose name and content it has, wherever it stands", async () => {
  const { rows, gone } = await review([
    rowOf("=d()", { decision: "not-duplicate", note: "another fish" }),
    rowOf("b.jpg", { decision: "drop" }),
    rowOf("a.jpg"),
  ]);
  const [a, d] = [GROUPS[0].members[0], GROUPS[0].members[4]].map(({ path, sha256 }) => ({ path, sha256 }));
  expect(rows[0]).toEqual({
    line: 2,
    decision: "not-duplicate",
    isWithdrawn: false,
    note: "another fish",
    image: d,
    keeper: a,
  });
  expect(rows.map(({ line, image, decision }) => [line, image.path, decision])).toEqual([
    [2, "=d()", "not-duplicate"],
    [3, "b.jpg", "drop"],
    [4, "a.jpg", ""],
  ]);
  expect(gone).toBe(0);
});

test("a name that a spreadsheet changed is found by content", async () => {
  expect(await said([rowOf("1e5", { path: "1.00E+05", decision: "drop" }), ...BOTH_SEVENS])).toContain("1e5 drop 007");
  expect(await said([rowOf("=d()", { path: "''=d()", decision: "drop" })])).toEqual(["=d() drop a.jpg"]);
});

test("of byte-equal images a name that may be of two is refused, unless the other stands there under its own name", async () => {
  await expect(review([rowOf("7", { decision: "drop" })])).rejects.toThrow(
    /row 2: found "7" that may be "7" or "007", of the same sha256, expected the rows of both/,
  );
  await expect(review([rowOf("007", { path: "7" }), rowOf("7")])).rejects.toThrow(/row 2: .*; row 3: /);
  expect(await said([rowOf("7", { decision: "drop" }), rowOf("007")])).toEqual(["7 drop 007", "007 nothing 007"]);
});

test("a name that is that of an image, with the content of one whose name became that, is the latter's", async () => {
  const groups = [
    madeGroup("g-3", [
      ["007", "x"],
      ["7", "y"],
    ]),
  ];
  const row = { ...groups[0].members[0], group_id: "g-3", path: "7", keep_path: "7", decision: "keep" };
  expect(await said([row], { groups })).toEqual(["007 keep 007"]);
});

test("an image that was renamed is found by content where it had no twin", async () => {
  expect(await said([rowOf("1e5", { path: "was/e.jpg", decision: "keep" }), ...BOTH_SEVENS])).toContain("1e5 keep 007");
  await expect(review([rowOf("b.jpg", { path: "was/b.jpg", decision: "keep" })])).rejects.toThrow(
    /row 2: found "was\/b.jpg" that is in no report, expected one of the images of the same sha256: "b.jpg", "twin\/b.jpg"/,
  );
});

test("an image that is gone or has changed since is passed over and counted", async () => {
  const rows = [
    rowOf("b.jpg", { path: "gone.jpg", sha256: hashOf("gone"), decision: "drop" }),
    rowOf("b.jpg", { sha256: hashOf("earlier"), decision: "drop" }),
    rowOf("a.jpg", { decision: "keep" }),
  ];
  expect(await review(rows)).toMatchObject({ rows: [{ image: { path: "a.jpg" } }], gone: 2 });
});

test("a decision on an image that is gone is never taken for its twin that stays", async () => {
  const groups = [
    madeGroup("g-1", [
      ["a.jpg", "A"],
      ["b.jpg", "B"],
    ]),
  ];
  const gone = rowOf("twin/b.jpg", { decision: "drop" });
  expect(await review([gone, rowOf("b.jpg")], { groups })).toMatchObject({ rows: [{ decision: "" }], gone: 1 });
  const besideTwin = { ...gone, keep_path: "b.jpg", distance_to_keep: 0, nearest_distance: 0 };
  expect(await review([besideTwin], { groups, columns: EXPORT_COLUMNS })).toMatchObject({ rows: [], gone: 1 });
  await expect(review([{ ...gone, nearest_distance: 0 }], { groups })).rejects.toThrow(/found "twin\/b.jpg"/);
});

test("a hash that is that of an image but for some digits is refused", async () => {
  const damaged = hashOf("B").replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
  await expect(review([rowOf("b.jpg", { sha256: damaged })])).rejects.toThrow(/row 2: found "b.jpg" with the sha256/);
  await expect(review([rowOf("b.jpg", { path: "x", sha256: damaged })])).rejects.toThrow(/a damaged sha256/);
  await expect(review([rowOf("b.jpg", { sha256: "1.2E+63" })])).rejects.toThrow(/with the sha256 "1.2e\+63"/);
  await expect(review([rowOf("b.jpg", { sha256: "" })])).rejects.toThrow(/with the sha256 ""/);
});

test("images that the run knew and reported nowhere are understood where they are told", async () => {
  const known = [{ path: "plain.jpg", sha256: hashOf("P"), width: 9, height: 9, bytes: 9 }];
  const row = { ...rowOf("b.jpg"), path: "plain.jpg", sha256: hashOf("P"), decision: "keep" };
  expect(await said([row], { known })).toEqual(["plain.jpg keep a.jpg"]);
  expect(await review([row])).toMatchObject({ rows: [], gone: 1 });
});
