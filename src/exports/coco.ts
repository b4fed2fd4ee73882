import { jsonRecords } from "#base/json-records.ts";
import { evidenceOf } from "#exports/evidence.ts";
import { openedAt } from "#exports/image-address.ts";
import type { ExportedFiles, Proposal, ProposedImage } from "#exports/proposal.ts";

/**
 * A COCO object detection file without annotations: images are numbered by rank, categories from 1 on. Each image has its evidence under
 * `twinsift`, which readers pass over.
 *
 * @see https://cocodataset.org/#format-data
 */
export function cocoFiles({ images, classes, place }: Proposal): ExportedFiles {
  const head = {
    info: { description: "What to label next, best first" },
    licenses: [],
    categories: classes.map((name, i) => ({ id: i + 1, name, supercategory: "" })),
    annotations: [],
  };
  const records = images.map((image) => cocoImage(image, place));
  return { files: { "instances.json": jsonRecords(head, "images", records) }, notes: [] };
}

function cocoImage(image: ProposedImage, place: string | null) {
  const { rank, path, width, height } = image;
  const fileName = openedAt(image, place);
  return { id: rank, file_name: fileName, width, height, object_id: path, twinsift: evidenceOf(image) };
}
