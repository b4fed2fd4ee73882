import { createHash } from "node:crypto";
import type { Candidate } from "#data/candidate.ts";
import type { Group } from "#data/group.ts";
import { isLabeled } from "#data/label.ts";
import type { CandidateRecord } from "#data/report-records.ts";
import type { Catalog } from "#reports/catalog.ts";

/** Counts how often the program has changed what it chooses from the same images. */
export const SELECTION_VERSION = 1;

/**
 * Tells whether candidates would be chosen from the same: images and their contents, groups, who has a label or is not wanted, and the rules.
 *
 * @param rules anything else that they depend on, the model and the version of this among it
 * @returns 64 hexadecimal digits; undefined where contents are not known
 */
export function selectionOf(
  { images, labels, decisions }: Catalog,
  groups: readonly Group[],
  rules: unknown,
): string | undefined {
  const hash = createHash("sha256").update(JSON.stringify(rules));
  for (const [row, { id, sha256 }] of images.entries()) {
    if (sha256 === "") return undefined;
    const isOpen = [!isLabeled(labels[row]), decisions[row]?.decision !== "drop"].map(Number).join("");
    hash.update(`${sha256}${isOpen}${JSON.stringify([id, labels[row]?.split ?? ""])}\n`);
  }
  for (const { members } of groups) hash.update(JSON.stringify(members.map(({ row }) => row)));
  return hash.digest("hex");
}

/** Candidates as a report tells them; undefined where it names an image that is none. */
export function candidatesOf(records: readonly CandidateRecord[], { images }: Catalog): Candidate[] | undefined {
  const rowOf = new Map(images.map(({ id }, row) => [id, row]));
  const neighbour = (path: string | null, distance: number | null) =>
    path === null || distance === null ? undefined : { row: rowOf.get(path) ?? -1, distance };
  const candidates = records.map((record) => ({
    rank: record.rank,
    row: rowOf.get(record.path) ?? -1,
    nearestLabeled: neighbour(record.nearest_labeled_path, record.nearest_labeled_distance),
    nearestChosen: neighbour(record.nearest_chosen_path, record.nearest_chosen_distance),
    coverageRadius: record.coverage_radius,
  }));
  const isSound = candidates.every(({ row, nearestLabeled, nearestChosen }) =>
    [row, nearestLabeled?.row ?? 0, nearestChosen?.row ?? 0].every((known) => known >= 0),
  );
  return isSound ? candidates : undefined;
}
