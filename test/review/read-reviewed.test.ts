import { expect, test } from "vitest";
import { CANDIDATE_COLUMNS, CANDIDATES, EXPORT_COLUMNS, review, rowOf, said } from "../support/small-review.ts";

test.each([
  ["KEEP", "keep"],
  ["\u00a0Drop ", "drop"],
  ["not duplicate", "not-duplicate"],
  ["Not_Duplicate", "not-duplicate"],
  ["not\u2011duplicate", "not-duplicate"],
  ["not \u2013 duplicate", "not-duplicate"],
  ["Undecided", "withdrawn"],
  ["  ", "nothing"],
])("%j is understood as %s", async (decision, meant) => {
  expect(await said([rowOf("b.jpg", { decision })])).toEqual([`b.jpg ${meant} a.jpg`]);
});

test("another word is refused with the nearest that is known", async () => {
  await expect(review([rowOf("b.jpg", { decision: "dropp" })])).rejects.toThrow(
    /row 2: found the decision "dropp", expected keep, drop, not-duplicate, undecided or nothing \(did you mean "drop"\?\)/,
  );
});

test("a reference cannot be dropped", async () => {
  await expect(review([rowOf("ref/c.jpg", { decision: "drop" })])).rejects.toThrow(
    /row 2: found drop on the reference "ref/,
  );
});

test("an image may be there twice, but not with two decisions", async () => {
  const row = rowOf("b.jpg", { decision: "drop" });
  const again = await review([row, { ...row, note: "twice" }]);
  expect(again.rows).toMatchObject([{ line: 2, decision: "drop", note: "twice" }]);
  for (const decision of ["keep", "", "undecided"]) {
    await expect(review([row, { ...row, decision }])).rejects.toThrow(/row 3: found .* on "b.jpg" after drop in row 2/);
  }
});

test("an image may differ from several keepers", async () => {
  const row = rowOf("=d()", { decision: "not-duplicate" });
  const other = { ...row, keep_path: "b.jpg", distance_to_keep: 0.5 };
  expect(await said([row, other])).toEqual(["=d() not-duplicate a.jpg", "=d() not-duplicate b.jpg"]);
});

test("rows that people write below the table are passed over, unless they decide something", async () => {
  expect((await review([rowOf("a.jpg"), { path: "Total: 1" }, { note: "checked" }])).rows).toHaveLength(1);
  await expect(review([rowOf("a.jpg"), { path: "Total", decision: "drop" }])).rejects.toThrow(/row 3: found "Total"/);
});

test("a file without the column of notes says nothing of them", async () => {
  const columns = EXPORT_COLUMNS.filter((column) => column !== "note");
  expect(await review([rowOf("b.jpg")])).toMatchObject({ hasNotes: true });
  expect(await review([rowOf("b.jpg")], { columns })).toMatchObject({ hasNotes: false, rows: [{ note: "" }] });
});

test("up to ten rows are named at once, in their order", async () => {
  const rows = Array.from({ length: 14 }, (_, i) => rowOf("b.jpg", { decision: i < 2 ? "drop" : `what ${i}` }));
  const message = String(await review([...rows, rowOf("ref/c.jpg", { decision: "drop" })]).catch(String));
  expect(message.match(/row \d+: /g)).toEqual(Array.from({ length: 10 }, (_, i) => `row ${i + 4}: `));
  expect(message).toMatch(/; and 3 more rows\. Correct these rows or delete them$/);
});

test("the export of report.html is read by the same rules", async () => {
  const rows = [rowOf("b.jpg", { decision: "drop" }), rowOf("=d()", { decision: "not-duplicate" })];
  expect(await said(rows, { columns: EXPORT_COLUMNS })).toEqual(["b.jpg drop a.jpg", "=d() not-duplicate a.jpg"]);
});

test("candidates are known by name and size", async () => {
  const [seven, lone] = CANDIDATES;
  const options = { columns: CANDIDATE_COLUMNS };
  const rows = [
    { ...seven, decision: "keep" },
    { ...lone, path: "12", decision: "drop" },
  ];
  expect(await said(rows, options)).toEqual(["007 keep -", "0012 drop -"]);
  await expect(review([{ ...lone, bytes: 78 }], options)).rejects.toThrow(/row 2: found "0012" with the size/);
  await expect(review([{ ...lone, decision: "not-duplicate" }], options)).rejects.toThrow(
    /row 2: found not-duplicate on the candidate "0012", expected it in groups.csv/,
  );
  expect(await review([{ ...lone, path: "was.jpg", bytes: 5 }], options)).toMatchObject({ rows: [], gone: 1 });
});

test("a groups.csv without hashes is not taken for candidates", async () => {
  const columns = "path,keep_path,width,height,bytes,decision".split(",");
  await expect(review([rowOf("b.jpg")], { columns })).rejects.toThrow(/without sha256, expected those of groups\.csv/);
});
