import type { EarlierGroup, GroupImages, GroupOverlap } from "#clusters/group-overlap.ts";
import type { ChangeKind, GroupChange } from "#data/known-group.ts";

/**
 * What has become of groups since the latest finished run: first those of this run in their order, then those that are gone in theirs. A group
 * may have changed in several ways.
 *
 * - `new`: none of its images was in a group; a line an image
 * - `merged`: it has images of several earlier groups
 * - `split`: an earlier group has images in several groups, of which it is one
 * - `grown`: a line for each image that came and was in no group before
 * - `shrunk`: a line for each image that left and is in no group now; told of the group that has most of the others
 * - `gone`: no image of an earlier group is in a group; a line an image
 */
export function groupChanges(
  groups: readonly GroupImages[],
  ids: readonly string[],
  { earlier, came }: GroupOverlap,
): GroupChange[] {
  const sources = groups.map((): EarlierGroup[] => []);
  const heritages = groups.map((): EarlierGroup[] => []);
  for (const each of earlier) {
    for (const group of each.shared.keys()) sources[group].push(each);
    if (each.shared.size > 0) heritages[heirOf(each, ids)].push(each);
  }
  const present = groups.flatMap(([keeper], group) => {
    const concerned = { id: ids[group], keeper: keeper.id, came: came[group] };
    return changesOf(concerned, sources[group], heritages[group]);
  });
  const gone = earlier.filter(({ shared }) => shared.size === 0);
  return [...present, ...gone.flatMap(({ known, left }) => lines("gone", known.id, [known.id], left))];
}

interface ConcernedGroup {
  readonly id: string;
  readonly keeper: string;
  readonly came: readonly string[];
}

/**
 * @param sources earlier groups that it has images of
 * @param heritage those of which it tells what left
 */
function changesOf(
  { id, keeper, came }: ConcernedGroup,
  sources: readonly EarlierGroup[],
  heritage: readonly EarlierGroup[],
): GroupChange[] {
  const earlierIds = sources.map(({ known }) => known.id);
  const parted = sources.filter(({ shared }) => shared.size > 1);
  return [
    ...lines("merged", id, earlierIds, sources.length > 1 ? [keeper] : []),
    ...parted.flatMap(({ known }) => lines("split", id, [known.id], [keeper])),
    ...lines(sources.length === 0 ? "new" : "grown", id, earlierIds, came),
    ...heritage.flatMap(({ known, left }) => lines("shrunk", id, [known.id], left)),
  ];
}

function lines(
  change: ChangeKind,
  groupId: string,
  earlierIds: readonly string[],
  paths: readonly string[],
): GroupChange[] {
  return paths.map((path) => ({ change, groupId, earlierIds, path }));
}

/** The group that has an earlier one's name, else most of its images; of equally many the first. */
function heirOf({ known, shared }: EarlierGroup, ids: readonly string[]): number {
  const groups = [...shared.keys()].sort((a, b) => (shared.get(b) as number) - (shared.get(a) as number) || a - b);
  return groups.find((group) => ids[group] === known.id) ?? groups[0];
}
