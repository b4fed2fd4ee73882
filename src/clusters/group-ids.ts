import { sha256 } from "#base/fingerprint.ts";
import type { EarlierGroup, GroupImages, GroupOverlap } from "#clusters/group-overlap.ts";

// 64 bits: two of a million groups share an id once in 30 million runs
const ID_DIGITS = 16;

interface Claim {
  readonly earlier: EarlierGroup;
  readonly group: number;
  readonly sharesKeeper: boolean;
  readonly shared: number;
}

/**
 * Names groups. A group keeps the name of an earlier one while that one's keeper or most of its images are in it; of several with such a claim
 * the one whose keeper stays comes first, then the one that has more of the images. Others are named after their keeper's path, so that
 * runs without a past give the same names.
 */
export function groupIds(groups: readonly GroupImages[], { earlier }: GroupOverlap): string[] {
  const claims = earlier.flatMap((each) => claimsOf(each, groups));
  claims.sort((a, b) => Number(b.sharesKeeper) - Number(a.sharesKeeper) || b.shared - a.shared || a.group - b.group);
  const ids: (string | undefined)[] = groups.map(() => undefined);
  const used = new Set<string>();
  for (const { earlier: claimed, group } of claims) {
    const { id } = claimed.known;
    if (ids[group] !== undefined || used.has(id)) continue;
    ids[group] = id;
    used.add(id);
  }
  return groups.map(([keeper], group) => {
    const id = ids[group] ?? freshId(keeper.id, used);
    used.add(id);
    return id;
  });
}

function claimsOf(earlier: EarlierGroup, groups: readonly GroupImages[]): Claim[] {
  const { known, shared, keeperIn } = earlier;
  return [...shared].flatMap(([group, count]) => {
    const sharesKeeper = keeperIn === group && groups[group][0].sha256 === known.sha256s[0];
    const mayKeep = keeperIn === group || count * 2 > known.paths.length;
    return mayKeep ? [{ earlier, group, sharesKeeper, shared: count }] : [];
  });
}

function freshId(keeper: string, used: ReadonlySet<string>): string {
  for (let attempt = 0; ; attempt++) {
    const name = attempt === 0 ? keeper : `${keeper}\n${attempt}`;
    const id = `g-${sha256(name).slice(0, ID_DIGITS)}`;
    if (!used.has(id)) return id;
  }
}
