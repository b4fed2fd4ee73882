import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DECISIONS } from "#data/decision.ts";
import { fromCell } from "#data/spreadsheet-cell.ts";
import { csvText, decisionRows } from "#page/browser/decisions-csv.ts";
import { Marks } from "#page/browser/marks.ts";
import { groupOfPaths, reviewCandidate, reviewGroup, reviewMember } from "../support/review-content.ts";

const HEADER = ["group_id", "path", "sha256", "keep_path", "decision", "note"];

test("the file holds a row for every mark in the order of the report, and an image of two places once", () => {
  const groups = [groupOfPaths("g-1", "a", "b"), groupOfPaths("g-2", "c", "d")];
  const candidates = [reviewCandidate(1, "e"), reviewCandidate(2, "c", { group_id: "g-2" })];
  const marks = new Marks();
  marks.decide([candidates[0]], "keep");
  marks.decide([groups[1].members[0]], "keep");
  marks.decide([groups[1].members[1]], "not-duplicate");
  marks.decide([groups[0].members[1]], "drop");
  marks.note(groups[0].members[0], "the sharper one");
  expect(decisionRows(groups, candidates, marks)).toEqual([
    ["g-1", "a", groups[0].members[0].sha256, "a", "", "the sharper one"],
    ["g-1", "b", groups[0].members[1].sha256, "a", "drop", ""],
    ["g-2", "c", groups[1].members[0].sha256, "c", "keep", ""],
    ["g-2", "d", groups[1].members[1].sha256, "c", "not-duplicate", ""],
    ["", "e", candidates[0].sha256, "", "keep", ""],
  ]);
});

test("members of the same bytes as a marked one stand beside it and say nothing", () => {
  const equal = { sha256: "e".repeat(64), decision: "keep", note: "old" } as const;
  const group = reviewGroup("g", [
    reviewMember("7", "7", equal),
    reviewMember("007", "7", equal),
    reviewMember("8", "7"),
  ]);
  const marks = new Marks();
  marks.decide([group.members[1]], "drop");
  expect(decisionRows([group], [reviewCandidate(1, "7", { decision: "keep" })], marks)).toEqual([
    ["g", "7", equal.sha256, "7", "", ""],
    ["g", "007", equal.sha256, "7", "drop", "old"],
  ]);
});

test("an earlier decision that is cleared is exported as undecided", () => {
  const group = reviewGroup("g", [reviewMember("a", "a"), reviewMember("b", "a", { decision: "drop", note: "old" })]);
  const marks = new Marks();
  marks.decide(group.members, "");
  expect(decisionRows([group], [], marks).map((row) => row.slice(4))).toEqual([["undecided", "old"]]);
});

test("an export is UTF-8 with BOM, CRLF and quotes, and a spreadsheet runs nothing of it", () => {
  const group = groupOfPaths("g", "=cmd()", 'quo"te, comma', "new\nline", "@x", "'=y");
  const marks = new Marks();
  marks.decide(group.members.slice(1), "drop");
  const text = csvText(decisionRows([{ ...group, members: group.members.slice(0, 3) }], [], marks));
  expect(text.startsWith(`\ufeff${HEADER.join(",")}\r\n`)).toBe(true);
  expect(text).toContain('g,"quo""te, comma",');
  expect(text).toContain(",'=cmd(),drop,\r\n");
  expect(text).toContain('g,"new\nline",');
});

test("whatever stands in an id or a note, it is read back as it was", () => {
  const texts = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^['=+\-@\t\r\n",;x]{0,6}$/));
  const distinct = fc.uniqueArray(texts, { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(distinct, texts, fc.constantFrom(...DECISIONS), (paths, note, decision) => {
      const group = groupOfPaths("g", ...paths);
      const marks = new Marks();
      marks.decide(group.members, decision);
      marks.note(group.members[1], note);
      const csv = csvText(decisionRows([group], [], marks));
      // a reader of bytes, as everything that is exported goes through UTF-8
      const rows = parse(Buffer.from(csv), { bom: true, record_delimiter: "\r\n" });
      const whole = (text: string) => Buffer.from(text).toString();
      expect(rows.map((row) => row.map(fromCell))).toEqual([
        HEADER,
        ...paths.map((path, i) => [
          "g",
          whole(path),
          group.members[i].sha256,
          whole(paths[0]),
          decision,
          i === 1 ? whole(note) : "",
        ]),
      ]);
    }),
  );
});
