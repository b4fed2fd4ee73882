import { resolve } from "node:path";
import { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { DecisionRecord } from "#data/decision.ts";
import type { ImageRecord, UnreadableImage } from "#data/image-record.ts";
import { isLabeled } from "#data/label.ts";
import { type RowOrder, rowOrderOf } from "#data/row-order.ts";
import type { ImagePlace } from "#labels/image-finder.ts";
import { labelImages } from "#labels/label-images.ts";
import type { LabelSet } from "#labels/label-set.ts";
import type { Catalog } from "#reports/catalog.ts";
import { type DecidedRows, decidedRows } from "#review/decided-rows.ts";
import type { Settings } from "#settings/settings.ts";
import { type SearchedSource, type SearchedSources, unreadableOf } from "./sources.ts";

/** What people said of images. */
export interface Knowledge {
  readonly labels: readonly LabelSet[];
  readonly decisions: readonly DecisionRecord[];
}

/** The images that a run is about, and what is known of them. */
export interface RunCatalog {
  readonly catalog: Catalog;
  readonly order: RowOrder;
  /** As ranks; see `decidedRows`. */
  readonly apart: DecidedRows["apart"];
  readonly unreadable: readonly UnreadableImage[];
}

/**
 * Ranks the images that could be read, by both models where there are two, and finds what people said of them.
 *
 * @throws PipelineError `input` where there is no such image
 */
export function catalogImages(
  { source, second }: SearchedSources,
  known: Knowledge,
  settings: Settings,
  progress: Progress,
): RunCatalog {
  const isSeen = (image: ImageRecord | undefined) => image && (second?.sight.has(image.id) ?? true);
  const order = rowOrderOf(source.imageOfRow.map((image) => (isSeen(image) ? image?.id : undefined)));
  const images = Array.from(order.rowOfRank, (row) => source.imageOfRow[row] as ImageRecord);
  const unreadable = unreadableOf(source, second);
  refuseNoImages(images, unreadable);
  const { labels, notes } = labelImages(images, known.labels, imagePlaces(source, settings));
  for (const note of notes) progress.note(note);
  if (known.labels.length > 0 && !labels.some(isLabeled)) progress.note(NOTHING_LABELED);
  const { decisions, apart } = decidedRows(known.decisions, images);
  return { catalog: { images, labels, decisions }, order, apart, unreadable };
}

function refuseNoImages(images: readonly ImageRecord[], unreadable: readonly UnreadableImage[]): void {
  if (images.length > 0) return;
  const first = unreadable[0] ? `: the first, ${JSON.stringify(unreadable[0].id)}, ${unreadable[0].reason}` : "";
  throw new PipelineError("input", `Expected readable images, found none among ${unreadable.length} files${first}`);
}

const NOTHING_LABELED = "No image of this run has a label: candidates are ranked by how unlike they are to one another";

/** Image folders as they were given and with links resolved, as labels may tell paths by either. */
function imagePlaces({ folders }: SearchedSource, { images, references }: Settings): ImagePlace[] {
  const given = [...images, ...references].map((path) => resolve(path));
  return folders.flatMap(({ path, prefix }, i) => [
    { path, prefix },
    ...(given[i] === undefined || given[i] === path ? [] : [{ path: given[i], prefix }]),
  ]);
}
