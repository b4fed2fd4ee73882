import { compareUtf8 } from "#base/compare-utf8.ts";
import type { GroupConflict, LabelConflict } from "#data/label-checks.ts";
import { type GroupLabels, NONE } from "#labels/group-labels.ts";
import type { NearestConcerned } from "#labels/nearest-concerned.ts";

/**
 * The groups whose labels differ. In each, rows with the label that fewest have come first, of those the ones nearest to a row of another
 * label, then the smaller row: of three cats and a dog that are copies of each other, the dog is most likely wrong.
 *
 * @param nearest of which nothing is missing
 */
export function findConflicts(labels: GroupLabels, nearest: NearestConcerned): GroupConflict[] {
  return labels.rows.flatMap((rows, group) =>
    labels.isMixed(group) ? [conflictOf(group, rows, labels, nearest)] : [],
  );
}

function conflictOf(
  group: number,
  rows: readonly number[],
  { labelOf, names }: GroupLabels,
  nearest: NearestConcerned,
): GroupConflict {
  const labeled = rows.filter((row) => labelOf[row] !== NONE);
  const images = new Map<number, number>();
  for (const row of labeled) images.set(labelOf[row], (images.get(labelOf[row]) ?? 0) + 1);
  const counts = [...images].map(([label, count]) => [names[label], count] as const);
  counts.sort(([a, ofA], [b, ofB]) => ofB - ofA || compareUtf8(a, b));
  const members = labeled.flatMap((row): LabelConflict[] => {
    const other = nearest.of(row);
    return other ? [{ row, other }] : [];
  });
  const frequency = ({ row }: LabelConflict) => images.get(labelOf[row]) as number;
  members.sort((a, b) => frequency(a) - frequency(b) || a.other.distance - b.other.distance || a.row - b.row);
  return { group, labels: counts, members };
}
