import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { DECISIONS, type Decision } from "#data/decision.ts";
import { csvText, decisionRows } from "#page/browser/decisions-csv.ts";
import { refusalOf } from "#page/browser/mark-rules.ts";
import { Marks } from "#page/browser/marks.ts";
import { jsonRecords } from "#reports/json-records.ts";
import { readReviewed } from "#review/read-reviewed.ts";
import { reportedImages } from "#review/reported-images.ts";
import { HARD_NAMES } from "../support/made-data-set.ts";
import { groupOfPaths, MARKUP_NAMES, reviewCandidate, reviewGroup, reviewMember } from "../support/review-content.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const GROUPS = [
  groupOfPaths("g-hard", ...HARD_NAMES),
  groupOfPaths("g-markup", ...MARKUP_NAMES),
  reviewGroup("g-earlier", [
    reviewMember("007", "007", { role: "reference" }),
    reviewMember("1e5", "007", { decision: "drop", note: "=1+1" }),
    reviewMember("3/4", "007", { decision: "not-duplicate" }),
    reviewMember("'=x", "007"),
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

    const rows = await readBack(csvText(decisionRows(GROUPS, CANDIDATES, marks)));
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
