import { join } from "node:path";
import type { ImagePlaces } from "#artifacts/image-places.ts";
import { orderedMap } from "#base/ordered-map.ts";
import type { MemberRecord } from "#data/report-records.ts";
import { quotedName } from "#terminal/quoted-name.ts";
import type { ChosenGroup } from "./choose-removals.ts";
import type { ContentChecker } from "./content-checker.ts";
import { isSameFile } from "./file-facts.ts";
import { type LocatedFile, type LocatedGroup, locateChosen } from "./locate-chosen.ts";
import type { Refusals } from "./refusals.ts";
import type { Leftover, Removal, RemovalAction, StayingFile } from "./removal-plan.ts";
import { type StayingCheck, StayingFiles } from "./staying-files.ts";

export interface PlanOptions {
  readonly places: ImagePlaces;
  readonly checker: ContentChecker;
  readonly action: RemovalAction;
  /** Folder that takes the files in; null where none are moved. */
  readonly quarantine: string | null;
}

export interface PlannedRemovals {
  readonly removals: readonly Removal[];
  /** What was to go and is not there. */
  readonly gone: readonly Leftover[];
  /** What was to go and cannot go in this way. */
  readonly left: readonly Leftover[];
}

const GROUPS_AT_ONCE = 64;

/**
 * Looks at every file that is to go and at one that stays of each group.
 *
 * @param refusals gets every file that must not go
 */
export async function planRemovals(
  chosen: readonly ChosenGroup[],
  { places, checker, action, quarantine }: PlanOptions,
  refusals: Refusals,
): Promise<PlannedRemovals> {
  const { groups, going, gone } = await locateChosen(chosen, { places, checker }, refusals);
  const staying = new StayingFiles(places, checker, going);
  const removals: Removal[] = [];
  const left: Leftover[] = [];
  const judge = (located: LocatedGroup) => judgeGroup(located, staying, action);
  for await (const { group, verdicts } of orderedMap(groups, GROUPS_AT_ONCE, judge)) {
    for (const { file, stays } of verdicts) {
      const { path: id, sha256 } = file.member;
      if ("refusal" in stays) refusals.add(id, file.path, stays.refusal);
      else if ("reason" in stays) left.push({ id, path: file.path, reason: stays.reason });
      else {
        const target = quarantine === null ? null : join(quarantine, ...id.split("/"));
        const equals = staying.pathsOf(group.staying, sha256);
        removals.push({ ...removalOf(file, group.groupId), target, stays, equals });
      }
    }
  }
  return { removals, gone, left };
}

/** The file because of which another goes; why it must not go, or why it cannot. */
type Basis = StayingFile | { readonly refusal: string } | { readonly reason: string };

async function judgeGroup({ group, files }: LocatedGroup, staying: StayingFiles, action: RemovalAction) {
  const first = await firstWhole(group, staying);
  const verdicts: { file: LocatedFile; stays: Basis }[] = [];
  for (const file of files) {
    const basis = basisOf(file, first);
    const stays = "refusal" in basis || action !== "hardlink" ? basis : await twinOf(file, group, staying);
    verdicts.push({ file, stays });
  }
  return { group, verdicts };
}

function removalOf(
  { member, path, facts, line }: LocatedFile,
  groupId: string,
): Omit<Removal, "target" | "stays" | "equals"> {
  const { path: id, sha256, keep_path: keeper, match, distance_to_keep: distance } = member;
  return { id, path, sha256, facts, reason: { line, groupId, keeper, match, distance } };
}

/** The first member that can be counted on, and why those before it cannot. */
interface FirstWhole {
  readonly file: StayingFile | undefined;
  readonly problems: readonly { readonly id: string; readonly problem: string }[];
}

async function firstWhole({ staying }: ChosenGroup, files: StayingFiles): Promise<FirstWhole> {
  const problems: { id: string; problem: string }[] = [];
  for (const member of staying) {
    const checked = await files.check(member);
    if (!("problem" in checked)) return { file: checked, problems };
    problems.push({ id: member.path, problem: checked.problem });
  }
  return { file: undefined, problems };
}

/** The file because of which another may go, or why it must not. */
function basisOf({ member, line }: LocatedFile, { file, problems }: FirstWhole): Basis {
  const [first] = problems;
  if (file === undefined) {
    if (!first) return { refusal: "is the last of its group: every other member goes too, or is no copy of it" };
    const other = `${quotedName(first.id)}, which was to stay, ${first.problem}`;
    return { refusal: `is the last of its group that is there: ${other}` };
  }
  // its match was with the keeper alone
  if (line !== null || file.id === member.keep_path) return file;
  const keeper = `${quotedName(member.keep_path)}, which ${first?.problem ?? "does not stay"}`;
  return { refusal: `is to go because of its keeper ${keeper}` };
}

/** The file that another can become a name of. */
async function twinOf({ member, facts }: LocatedFile, { staying }: ChosenGroup, files: StayingFiles): Promise<Basis> {
  if (facts.kind === "link") return { reason: "is a symbolic link, which takes no room" };
  let reason = "has no file of the same bytes that stays";
  for (const other of staying.filter(isEqualTo(member))) {
    const checked: StayingCheck = await files.check(other);
    if ("problem" in checked || !files.isOfImageFolder(checked)) continue;
    if (checked.facts.device === facts.device) {
      if (!isSameFile(checked.facts, facts)) return checked;
      reason = `is one file with ${quotedName(other.path)} already`;
    } else reason = `lies on another device than ${quotedName(other.path)}`;
  }
  return { reason };
}

function isEqualTo({ sha256 }: MemberRecord): (other: MemberRecord) => boolean {
  return (other) => other.sha256 === sha256;
}
