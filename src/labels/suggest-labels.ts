import type { LabelSuggestion } from "#data/label-checks.ts";
import { MATCHES } from "#data/match.ts";
import type { GroupLabels } from "#labels/group-labels.ts";
import type { NearestConcerned } from "#labels/nearest-concerned.ts";

/**
 * A label for each row without one in groups whose labeled rows all have the same: that label, with the nearest labeled row for evidence.
 * Where the labels of a group differ, nothing is suggested: the conflict has to be solved first.
 *
 * @param nearest of which nothing is missing; @param ids of the groups
 * @returns strongest match first, then the nearest, then the smaller row
 */
export function suggestLabels(
  labels: GroupLabels,
  nearest: NearestConcerned,
  ids: readonly string[],
): LabelSuggestion[] {
  const suggestions: LabelSuggestion[] = [];
  for (const [group, rows] of labels.rows.entries()) {
    if (!labels.agree(group)) continue;
    for (const row of rows) {
      const source = nearest.of(row);
      if (source)
        suggestions.push({ row, label: labels.names[labels.labelOf[source.row]], source, groupId: ids[group] });
    }
  }
  const placeOf = ({ source }: LabelSuggestion) => MATCHES.indexOf(source.match);
  return suggestions.sort((a, b) => placeOf(a) - placeOf(b) || a.source.distance - b.source.distance || a.row - b.row);
}
