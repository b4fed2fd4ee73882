import { expect, test } from "vitest";
import type { StoredGroup } from "#artifacts/stored-groups.ts";
import type { Decision } from "#data/decision.ts";
import type { Match } from "#data/match.ts";
import type { MemberRecord } from "#data/report-records.ts";
import { chooseRemovals, type ReviewedDecision } from "#removal/choose-removals.ts";
import { Refusals } from "#removal/refusals.ts";

function member(path: string, given: Partial<MemberRecord> = {}): MemberRecord {
  return {
    ...{ role: "duplicate", path, keep_path: "k", distance_to_keep: 0.1, nearest_path: "k", nearest_distance: 0.1 },
    ...{ match: "copy", link: "direct", width: 1, height: 1, bytes: 1, sha256: "00", decision: "", note: "" },
    ...given,
  };
}

const KEEPER = member("k", { role: "keeper", match: "", link: "" });
const group = (...members: MemberRecord[]): StoredGroup => ({ group_id: "g", members: [KEEPER, ...members] });
const row = (path: string, decision: Decision | "", isWithdrawn = false): ReviewedDecision => {
  return { line: 2, decision, image: { path }, isWithdrawn };
};

async function choose(groups: StoredGroup[], reviewed: ReviewedDecision[], accept?: Match) {
  const refusals = new Refusals();
  const chosen = await chooseRemovals(groups, { reviewed, accept, isReference: () => false }, refusals);
  refusals.throwIfAny();
  return chosen.flatMap((each) => each.chosen.map((one) => one.member.path));
}

test("without a match that is accepted, only what was dropped goes", async () => {
  const groups = [group(member("a"), member("b"), member("c", { decision: "drop" }))];
  expect(await choose(groups, [row("a", "drop"), row("b", "keep")])).toEqual(["a"]);
  expect(await choose(groups, [row("a", "drop", true)])).toEqual([]);
});

test("an accepted match takes undecided, direct duplicates of at least its strength with it", async () => {
  const groups = [
    group(
      member("bytes", { match: "same-bytes" }),
      member("copy"),
      member("similar", { match: "similar" }),
      member("chain", { link: "chain" }),
      member("reference", { role: "reference", match: "same-bytes" }),
    ),
  ];
  expect(await choose(groups, [], "same-bytes")).toEqual(["bytes"]);
  expect(await choose(groups, [], "copy")).toEqual(["bytes", "copy"]);
  expect(await choose(groups, [], "similar")).toEqual(["bytes", "copy", "similar"]);
});

test("a decision protects from what is accepted, an earlier one too until it is withdrawn", async () => {
  const decisions = ["keep", "not-duplicate", "drop"] as const;
  const groups = [group(...decisions.map((decision) => member(decision, { decision })), member("now"))];
  expect(await choose(groups, [row("now", "keep"), row("keep", "")], "copy")).toEqual([]);
  expect(await choose(groups, [row("keep", "", true)], "copy")).toEqual(["keep", "now"]);
});

test("nothing is accepted where the keeper itself is dropped: the match was with it", async () => {
  expect(await choose([group(member("a"), member("b"))], [row("k", "drop")], "same-bytes")).toEqual(["k"]);
});

test("a reference, and an image that is in no group, must not go", async () => {
  const groups = [group(member("r", { role: "reference" }))];
  await expect(choose(groups, [row("r", "drop")])).rejects.toThrow('"r" is a reference, which must never go (line 2');
  const alone = choose(groups, [row("alone", "drop"), row("other", "keep"), row("third", "drop", true)]);
  await expect(alone).rejects.toThrow(/: "alone" is in no group of the latest reports: it has no copy .*\(1 in all\)$/);
});
