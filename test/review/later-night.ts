import { createHash } from "node:crypto";
import type { StoredGroup } from "#artifacts/stored-groups.ts";
import type { SeededRandom } from "#base/seeded-random.ts";
import type { MemberRecord } from "#data/report-records.ts";
import type { MadeReview } from "../support/made-review.ts";

const SHARE = { gone: 0.08, changed: 0.05, renamed: 0.05 };

export interface LaterNight {
  readonly review: MadeReview;
  /** The names that images had when they were reviewed, by those that they have now; others are new or have changed. */
  readonly wasAt: ReadonlyMap<string, string>;
}

/** The same night: nothing has changed. */
export function sameNight(review: MadeReview): LaterNight {
  const paths = [...review.groups.flatMap(({ members }) => members), ...review.candidates].map(({ path }) => path);
  return { review, wasAt: new Map(paths.map((path) => [path, path])) };
}

/**
 * What a run some nights later reports: images are gone, have changed or were renamed, and groups have other keepers.
 *
 * @param mayGo tells the images of which this may be true
 */
export function laterNight(
  { groups, candidates }: MadeReview,
  random: SeededRandom,
  mayGo: (path: string) => boolean,
): LaterNight {
  const wasAt = new Map<string, string>();
  const fates = new Map<string, MemberRecord | undefined>();
  for (const member of groups.flatMap(({ members }) => members)) {
    // of two names that become one, of which one is gone and the other's row was deleted, no file tells whose it was
    const fate = mayGo(member.path) ? fateOf(member, random) : member;
    fates.set(member.path, fate);
    if (fate?.sha256 === member.sha256) wasAt.set(fate.path, member.path);
  }
  const later = groups.flatMap(({ group_id, members }) => {
    const left = members.flatMap(({ path }) => fates.get(path) ?? []);
    return left.length > 1 ? [regrouped({ group_id, members: left }, ({ path }) => wasAt.has(path), random)] : [];
  });
  const reported = new Set(later.flatMap(({ members }) => members.map(({ path }) => path)));
  for (const path of wasAt.keys()) if (!reported.has(path)) wasAt.delete(path);
  const chosen = candidates.flatMap((candidate) => {
    const fate = fates.get(candidate.path);
    return fate && reported.has(fate.path) ? [{ ...candidate, path: fate.path, bytes: fate.bytes }] : [];
  });
  return { review: { groups: later, candidates: chosen }, wasAt };
}

function fateOf(member: MemberRecord, random: SeededRandom): MemberRecord | undefined {
  const drawn = random.between(0, 1);
  if (drawn < SHARE.gone) return undefined;
  if (drawn < SHARE.gone + SHARE.changed) {
    const sha256 = createHash("sha256").update(`${member.path} changed`).digest("hex");
    return { ...member, sha256, bytes: member.bytes + 1000, width: member.width + 1 };
  }
  if (drawn < SHARE.gone + SHARE.changed + SHARE.renamed) return { ...member, path: `moved/${member.path}` };
  return member;
}

/** The first member that is left stays; what has changed is elsewhere. */
function regrouped(
  { group_id, members }: StoredGroup,
  isAsBefore: (member: MemberRecord) => boolean,
  random: SeededRandom,
): StoredGroup {
  const keeper = members[0];
  const isKeeperAsBefore = keeper.role === "keeper" && isAsBefore(keeper);
  const later = members.map((member, i): MemberRecord => {
    const moved = member.sha256 === keeper.sha256 ? 0 : random.between(0.05, 0.6);
    const distance = isKeeperAsBefore && isAsBefore(member) ? member.distance_to_keep : moved;
    const role = i === 0 ? "keeper" : member.role;
    return { ...member, role, keep_path: keeper.path, distance_to_keep: i === 0 ? 0 : distance };
  });
  return { group_id, members: later };
}
