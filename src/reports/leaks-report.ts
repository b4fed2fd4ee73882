import type { Group } from "#data/group.ts";
import type { Label } from "#data/label.ts";
import type { LabelChecks } from "#data/label-checks.ts";
import { MATCHES } from "#data/match.ts";
import type { Cell, Table } from "#data/table.ts";
import type { Catalog } from "#reports/catalog.ts";

const COLUMNS = "path_a split_a label_a path_b split_b label_b distance match group_id proposed_split".split(" ");

/**
 * leaks.csv: duplicates that lie in two splits, best evidence first, and the split that is proposed for both. `group_id` is empty where they are
 * in two groups, as direct groups and decisions may have it.
 */
export function leaksTable(checks: LabelChecks, groups: readonly Group[], catalog: Catalog): Table {
  return { columns: COLUMNS, rows: leakRows(checks, groups, catalog) };
}

function* leakRows(
  { leaks, proposedSplits }: LabelChecks,
  groups: readonly Group[],
  { images, labels }: Catalog,
): Generator<Cell[]> {
  const groupOf = new Map(groups.flatMap(({ id, members }) => members.map(({ row }) => [row, id] as const)));
  for (let i = 0; i < leaks.count; i++) {
    const [a, b] = [leaks.left[i], leaks.right[i]];
    const sides = [a, b].flatMap((row) => {
      const { label, split } = labels[row] as Label;
      return [images[row].id, split, label];
    });
    const group = groupOf.get(a) === groupOf.get(b) ? groupOf.get(a) : "";
    yield [...sides, leaks.distance[i], MATCHES[leaks.match[i]], group, proposedSplits[a]];
  }
}

/**
 * proposed-labels.csv: a label file of all images of the run that have a label or a split, in id order, with the proposed splits: no
 * duplicates lie in two.
 */
export function proposedLabelsTable({ proposedSplits }: LabelChecks, catalog: Catalog): Table {
  return { columns: ["path", "label", "split"], rows: labelRows(proposedSplits, catalog) };
}

function* labelRows(splits: readonly string[], { images, labels }: Catalog): Generator<Cell[]> {
  for (const [row, label] of labels.entries()) if (label) yield [images[row].id, label.label, splits[row]];
}
