import { groupChanges } from "#clusters/group-changes.ts";
import { groupIds } from "#clusters/group-ids.ts";
import { overlapOf } from "#clusters/group-overlap.ts";
import type { Group, UnnamedGroup } from "#data/group.ts";
import type { ImageRecord } from "#data/image-record.ts";
import type { GroupChange, KnownGroup } from "#data/known-group.ts";

interface NamedGroups {
  readonly groups: readonly Group[];
  readonly changes: readonly GroupChange[];
  /** The same groups for the next run to go by. */
  readonly named: readonly KnownGroup[];
}

/**
 * Names the groups of a run after those of the latest finished one, and tells what has changed.
 *
 * @param earlier undefined where that is not known: every group is new then
 */
export function nameGroups(
  found: readonly UnnamedGroup[],
  images: readonly ImageRecord[],
  earlier: readonly KnownGroup[] = [],
): NamedGroups {
  const members = found.map((group) => group.members.map(({ row }) => images[row]));
  const overlap = overlapOf(members, earlier);
  const ids = groupIds(members, overlap);
  return {
    groups: found.map((group, i) => ({ ...group, id: ids[i] })),
    changes: groupChanges(members, ids, overlap),
    named: members.map((group, i) => ({
      id: ids[i],
      paths: group.map(({ id }) => id),
      sha256s: group.map(({ sha256 }) => sha256),
    })),
  };
}
