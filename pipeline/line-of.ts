import type { LineImage } from "#candidates/in-line.ts";
import type { Group } from "#data/group.ts";
import type { CandidateRecord } from "#data/report-records.ts";
import type { Catalog } from "#reports/catalog.ts";
import { rowsOfImages } from "#review/rows-of-images.ts";

/**
 * What the run before proposed, as ranks, in its order; in place of an image, the keeper of its group.
 *
 * @param isSound whether distances can be taken over
 */
export function lineOf(
  candidates: readonly CandidateRecord[],
  { images }: Catalog,
  groups: readonly Group[],
  isSound: boolean,
): LineImage[] {
  const keeperOf = new Map(groups.flatMap(({ members }) => members.map(({ row }) => [row, members[0].row])));
  const rowOf = rowsOfImages(images);
  const rowOfPath = new Map(candidates.map((candidate) => [candidate.path, rowOf(candidate)]));
  const found = candidates.flatMap((candidate) => {
    const row = rowOfPath.get(candidate.path);
    return row === undefined ? [] : [{ candidate, row, keeper: keeperOf.get(row) ?? row }];
  });
  // from where another image stands in the place of one, or contents are not known, what was computed says nothing
  const changed = found.findIndex(({ candidate, row, keeper }) => keeper !== row || candidate.sha256 === "");
  const sound = isSound ? (changed < 0 ? found.length : changed) : 0;
  const line = new Map<number, LineImage>();
  for (const [place, { candidate, keeper }] of found.entries()) {
    const { nearest_chosen_path: path, nearest_chosen_distance: distance } = candidate;
    const nearest = path === null || place >= sound ? undefined : rowOfPath.get(path);
    const nearestChosen = nearest === undefined || distance === null ? undefined : { row: nearest, distance };
    if (!line.has(keeper)) line.set(keeper, { row: keeper, nearestChosen });
  }
  return [...line.values()];
}
