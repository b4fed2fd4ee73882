import type { StoredGroup } from "#artifacts/stored-groups.ts";
import type { Decision } from "#data/decision.ts";
import { isAtLeast, type Match } from "#data/match.ts";
import type { MemberRecord } from "#data/report-records.ts";
import type { Refusals } from "./refusals.ts";

/** What a reviewed file says of an image. */
export interface ReviewedDecision {
  readonly line: number;
  readonly decision: Decision | "";
  readonly image: { readonly path: string };
  /** True where an earlier decision is taken back. */
  readonly isWithdrawn: boolean;
}

/** A member that is to go. */
export interface ChosenMember {
  readonly member: MemberRecord;
  /** Of the reviewed file; null where its match was accepted as a whole. */
  readonly line: number | null;
}

/** A group of which something goes. */
export interface ChosenGroup {
  readonly groupId: string;
  readonly chosen: readonly ChosenMember[];
  /** The members because of which others may go, the keeper first where it stays. */
  readonly staying: readonly MemberRecord[];
}

export interface Choice {
  readonly reviewed: readonly ReviewedDecision[];
  /** Duplicates that nobody decided on go too where their match is at least this. */
  readonly accept: Match | undefined;
  /** Whether an image lies in a folder of references. */
  readonly isReference: (id: string) => boolean;
}

/**
 * What is to go: images that were decided to be dropped, and duplicates whose match is accepted.
 *
 * @param refusals gets every image that must not go
 */
export async function chooseRemovals(
  groups: AsyncIterable<StoredGroup> | Iterable<StoredGroup>,
  { reviewed, accept, isReference }: Choice,
  refusals: Refusals,
): Promise<ChosenGroup[]> {
  const rowOf = new Map(reviewed.map((row) => [row.image.path, row]));
  const notMet = new Map(reviewed.filter(isDropped).map((row) => [row.image.path, row]));
  const chosenGroups: ChosenGroup[] = [];
  for await (const { group_id: groupId, members } of groups) {
    for (const { path } of members) notMet.delete(path);
    const chosen = chosenOf(members, rowOf, accept);
    if (chosen.length === 0) continue;
    const going = new Set(chosen.map(({ member }) => member.path));
    for (const { member, line } of chosen) {
      if (member.role === "reference" || isReference(member.path))
        refusals.add(member.path, undefined, `is a reference, which must never go${ofLine(line)}`);
    }
    const staying = members.filter((member) => !going.has(member.path) && !isSeparated(member, rowOf));
    chosenGroups.push({ groupId, chosen, staying });
  }
  for (const { image, line } of notMet.values())
    refusals.add(image.path, undefined, `is in no group of the latest reports: it has no copy${ofLine(line)}`);
  return chosenGroups;
}

type RowOf = ReadonlyMap<string, ReviewedDecision>;

function chosenOf(members: readonly MemberRecord[], rowOf: RowOf, accept: Match | undefined): ChosenMember[] {
  const dropped = members.flatMap((member) => {
    const row = rowOf.get(member.path);
    return row && isDropped(row) ? [{ member, line: row.line }] : [];
  });
  // a match is one with the keeper: it says nothing where that goes
  if (accept === undefined || dropped.some(({ member }) => member.role === "keeper")) return dropped;
  const accepted = members.filter((member) => isAccepted(member, accept) && !isDecided(member, rowOf));
  return [...dropped, ...accepted.map((member) => ({ member, line: null }))];
}

function isAccepted({ role, link, match }: MemberRecord, accept: Match): boolean {
  return role === "duplicate" && link === "direct" && match !== "" && isAtLeast(match, accept);
}

function isDropped({ decision, isWithdrawn }: ReviewedDecision): boolean {
  return decision === "drop" && !isWithdrawn;
}

/** A decision of an earlier review counts until it is withdrawn: an empty cell may come from a file that is older than it. */
function isDecided(member: MemberRecord, rowOf: RowOf): boolean {
  return decisionOn(member, rowOf) !== "";
}

/** A member that is none of the group by decision is no copy of what would go. */
function isSeparated(member: MemberRecord, rowOf: RowOf): boolean {
  return decisionOn(member, rowOf) === "not-duplicate";
}

function decisionOn(member: MemberRecord, rowOf: RowOf): Decision | "" {
  const row = rowOf.get(member.path);
  if (row?.isWithdrawn) return "";
  return row?.decision || member.decision || "";
}

function ofLine(line: number | null): string {
  return line === null ? "" : ` (line ${line} of the file)`;
}
