import { jsonArray } from "#base/json-records.ts";
import { evidenceOf } from "#exports/evidence.ts";
import { openedAt } from "#exports/image-address.ts";
import type { ExportedFiles, Proposal, ProposedImage } from "#exports/proposal.ts";

/** Fields that FiftyOne is to take for floating point, also where the first value that it meets is whole. */
const FLOATS = new Set(["nearest_labeled_distance", "nearest_chosen_distance", "coverage_radius"]);

/**
 * A folder that FiftyOne reads as `fiftyone.types.FiftyOneDataset`: samples as `Sample.to_dict()` gives them, with absolute paths and
 * evidence in fields of their own. metadata.json has no `version`: that tells FiftyOne that samples come without its database's ids, dates
 * and schema, and it makes these itself.
 *
 * @see https://docs.voxel51.com/user_guide/import_datasets.html#fiftyonedataset
 * @see https://docs.voxel51.com/api/fiftyone.utils.data.importers.html#fiftyone.utils.data.importers.LegacyFiftyOneDatasetImporter
 */
export function fiftyOneFiles({ images, classes, place }: Proposal): ExportedFiles {
  const metadata = { media_type: "image", info: { classes } };
  return {
    files: {
      "metadata.json": [`${JSON.stringify(metadata, null, 2)}\n`],
      "samples.json": samples(images, place),
    },
    notes: [],
  };
}

function* samples(images: readonly ProposedImage[], place: string | null): Generator<string> {
  yield '{\n"samples": ';
  yield* jsonArray(images.map((image) => sample(image, place)));
  yield "\n}\n";
}

function sample(image: ProposedImage, place: string | null): string {
  const { width, height, bytes } = image;
  const fields = {
    filepath: openedAt(image, place),
    tags: ["candidate"],
    metadata: { _cls: "ImageMetadata", size_bytes: bytes, width, height },
    _media_type: "image",
    ...evidenceOf(image),
  };
  // a field without a value is left out: FiftyOne tells its type from the first sample that has it
  const known = Object.entries(fields).filter(([, value]) => value !== null);
  const texts = known.map(([name, value]) => `${JSON.stringify(name)}:${valueText(name, value)}`);
  return `{${texts.join(",")}}`;
}

function valueText(name: string, value: unknown): string {
  const text = JSON.stringify(value);
  return FLOATS.has(name) && /^-?\d+$/.test(text) ? `${text}.0` : text;
}
