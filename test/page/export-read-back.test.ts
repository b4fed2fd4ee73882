import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonRecords } from "#base/json-records.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { DECISIONS, type Decision } from "#data/decision.ts";
import { csvText, decisionRows } from "#page/browser/decisions-csv.ts";
import { refusalOf } from "#page/browser/mark-rules.ts";
import { Marks } from "#page/browser/marks.ts";
import { readReviewed } from "#review/read-reviewed.ts";
import { reportedImages } from "#review/reported-images.ts";
import { HARD_NAMES } from "../support/made-data-set.ts";
import { groupOfPaths, MARKUP_NAMES, reviewCandidate, reviewGroup, reviewMember } from "../support/review-content.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const GROUPS = [
  groupOfPaths("g-hard", ...HARD_NAMES),
  groupOfPaths("g-markup", ...MARKUP_NAMES),
  // of the same bytes, with names that a spreadsheet makes of one another
  reviewGroup(
    "g-equal",
    ["7", "007", "e\u0301.jpg", "é.jpg", "1e5.jpg", "other.jpg"].map((path) =>
      reviewMember(path, "7", { sha256: "e".repeat(64) }),
    ),
  ),
  reviewGroup("g-earlier", [
    reviewMember("0042", "0042", { role: "reference" }),
    reviewMember("1e5", "0042", { decision: "drop", note: "=1+1" }),
    reviewMember("3/4", "0042", { decision: "not-duplicate" }),
    reviewMember("'=x", "0042"),
  ]),
];
const CANDIDATES = ["alone.jpg", "@home.jpg", "00012"].map((path, i) => reviewCandidate(i + 1, path));

test.each([1, 2, 3, 4, 5])(
  "what is exported is read back as it was marked, whatever the names (seed %i)",
  async (seed) => {
    const random = new SeededRandom(seed);
    const marks = new Marks();
    const members = GROUPS.flatMap(({ members }) => members);
    for (const member of members) {
      const decision = random.pick<Decision | "">([...DECISIONS, ""]);
      if (refusalOf(member, decision) === undefined) marks.decide([member], decision);
      if (random.between(0, 1) < 0.3) marks.note(member, random.pick(["+1", 'a "note", long\r\nand wide', "'"]));
    }
    for (const candidate of CANDIDATES) marks.decide([candidate], random.pick(["keep", "drop"]));

    const all = await readBack(csvText(decisionRows(GROUPS, CANDIDATES, marks)));
    // members of the same bytes stand beside marked ones, and say nothing
    const rows = all.filter(({ decision, note, isWithdrawn }) => decision !== "" || note !== "" || isWithdrawn);
    const marked = [...members, ...CANDIDATES].filter((image) => marks.isMarked(image));
    expect(rows.map(({ image }) => image.path)).toEqual(marked.map(({ path }) => path));
    for (const [i, image] of marked.entries()) {
      const { decision, note } = marks.of(image);
      expect(rows[i]).toMatchObject({ decision, isWithdrawn: decision === "" && image.decision !== "" });
      expect(rows[i].note).toBe(note.trim());
      if (decision === "not-duplicate") expect(rows[i].keeper?.path).toBe("keep_path" in image && image.keep_path);
    }
  },
);

async function readBack(csv: string) {
  const folder = await temporaryFolder();
  const file = join(folder, "reviewed.csv");
  await writeFile(file, csv);
  await writeFile(join(folder, "groups.json"), jsonRecords({ schema: "twinsift/groups@1" }, "groups", GROUPS));
  await writeFile(
    join(folder, "candidates.json"),
    jsonRecords({ schema: "twinsift/candidates@1" }, "candidates", CANDIDATES),
  );
  return (await readReviewed(file, await reportedImages(folder))).rows;
}
