import { annotationsXml, labelsOf, type StoredImage } from "#exports/cvat-annotations.ts";
import { evidenceOf } from "#exports/evidence.ts";
import { splitEnding, storedAs } from "#exports/image-address.ts";
import { type ExportedFiles, notesOf, type Proposal } from "#exports/proposal.ts";
import { isXmlText } from "#exports/xml-text.ts";

/**
 * What CVAT makes a task of: a manifest that gives the order, the same names as a list, labels, and annotations that show the evidence as
 * a tag of each image.
 *
 * @see https://docs.cvat.ai/docs/dataset_management/dataset_manifest
 * @see https://docs.cvat.ai/docs/api_sdk/cli/
 */
export function cvatFiles({ images, classes, place }: Proposal): ExportedFiles {
  const stored = images.map((image) => ({ image, name: storedAs(image, place) }));
  // all four must name the same images: CVAT refuses a manifest that does not go with the list
  const named = stored.filter(({ name }) => isNameable(name));
  const left = stored.filter(({ name }) => !isNameable(name)).map(({ image }) => image.path);
  const writable = classes.filter(isLabelName);
  const labels = labelsOf(writable);
  return {
    files: {
      "manifest.jsonl": manifest(named),
      "files.txt": named.map(({ name }) => `${name}\n`),
      "labels.json": [`${JSON.stringify(labels, null, 2)}\n`],
      "annotations.xml": annotationsXml(named, labels),
    },
    notes: [
      ...notesOf("cvat", "images", left, "line ends and control characters in names"),
      ...notesOf(
        "cvat/labels.json",
        "classes",
        classes.filter((name) => !isLabelName(name)),
        "control characters or nothing but white space",
      ),
    ],
  };
}

function isLabelName(name: string): boolean {
  return isXmlText(name) && name.trim() !== "";
}

function isNameable(name: string): boolean {
  return isXmlText(name) && !/[\r\n]/.test(name);
}

/** Sizes are of upright pictures, as CVAT has them. It looks for related images in `meta` and passes over the rest. */
function* manifest(images: readonly StoredImage[]): Generator<string> {
  yield '{"version":"1.1"}\n{"type":"images"}\n';
  for (const { image, name } of images) {
    const { stem, ending } = splitEnding(name);
    const { width, height } = image;
    const meta = { related_images: [], twinsift: evidenceOf(image) };
    yield `${JSON.stringify({ name: stem, extension: ending, width, height, meta })}\n`;
  }
}
