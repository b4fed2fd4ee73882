import type { Decision } from "#data/decision.ts";
import type { PageGroup, PageMember } from "#page/page-content.ts";
import type { Marks } from "./marks.ts";

/** Why a decision cannot be made on a member; undefined where it can. */
export function refusalOf(member: PageMember, decision: Decision | ""): string | undefined {
  if (decision === "drop" && member.role === "reference") return "A reference always stays: it cannot be dropped.";
  if (decision === "not-duplicate" && member.path === member.keep_path) {
    return "This is the keeper: mark the other image as different.";
  }
  return undefined;
}

/**
 * What the program proposes to drop and nobody has decided on: copies of the keeper itself. What is only similar to it, or hangs together
 * with it through others, may be another picture and waits for a person.
 */
export function proposedDrops(group: PageGroup, marks: Marks): PageMember[] {
  return undecidedMembers(group, marks).filter(({ link, match }) => link === "direct" && match !== "similar");
}

/** Duplicates without a decision. Keepers and references stay without one. */
export function undecidedMembers(group: PageGroup, marks: Marks): PageMember[] {
  const { keep_path } = group.members[0];
  return group.members.filter(
    (member) => member.role === "duplicate" && member.path !== keep_path && marks.of(member).decision === "",
  );
}

/** Whether no image of a group would be left. */
export function nothingStays(group: PageGroup, marks: Marks): boolean {
  return group.members.every((member) => member.role !== "reference" && marks.of(member).decision === "drop");
}
