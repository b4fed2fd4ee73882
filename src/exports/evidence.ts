import type { ProposedImage } from "#exports/proposal.ts";

/** Why an image is proposed, by the names of candidates.json. */
export const EVIDENCE = [
  "rank",
  "object_id",
  "nearest_labeled_path",
  "nearest_labeled_distance",
  "nearest_chosen_path",
  "nearest_chosen_distance",
  "coverage_radius",
  "group_id",
  "group_size",
  "sha256",
] as const;

export type Evidence = Readonly<Record<(typeof EVIDENCE)[number], string | number | null>>;

/** What every format carries of an image in its own way, in the order of `EVIDENCE`. */
export function evidenceOf(image: ProposedImage): Evidence {
  return {
    rank: image.rank,
    object_id: image.path,
    nearest_labeled_path: image.nearest_labeled_path,
    nearest_labeled_distance: image.nearest_labeled_distance,
    nearest_chosen_path: image.nearest_chosen_path,
    nearest_chosen_distance: image.nearest_chosen_distance,
    coverage_radius: image.coverage_radius,
    group_id: image.group_id,
    group_size: image.group_size,
    sha256: image.sha256,
  };
}
