import { join, relative } from "node:path";
import sharp from "sharp";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { readRowRange } from "#artifacts/shard-files.ts";
import { sharedMatrix } from "#data/feature-matrix.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { findModel } from "#settings/find-model.ts";
import { readSettings } from "#settings/read-settings.ts";
import { Figures } from "./extract-figures.ts";
import type { OwnExtraction } from "./extract-ours.ts";
import { alone, hasPillow, pillow } from "./extract-peers.ts";
import { type PhotoSet, spread } from "./extract-photos.ts";
import type { RunResult } from "./extract-run.ts";

/** Files that a peer gets: the plain way takes 20 ms for one. */
const PEER_FILES = 500;
const COMPARED = 20;
/** ONNX Runtime gets batches of these sizes; the best counts. */
const BATCHES = [1, 8, 32];
/** How far a feature may be from that of the plain way, which decodes in full: plain L2 on unit vectors. */
const MOST_DISTANCE = 0.1;

export interface MeasuredModel {
  readonly name: string;
  /** Name or file. */
  readonly model: string;
}

/** Everything by turns, round for round: ours, the plain way, ours with views, sharp, the steps alone, Python. */
export class Rounds {
  readonly figures = new Figures();
  readonly #own: OwnExtraction;
  readonly #digests = new Map<string, string>();
  readonly #withPillow = hasPillow();
  largestDistance = 0;

  constructor(own: OwnExtraction) {
    this.#own = own;
    if (!this.#withPillow) console.error("Python is left out: expected Debian's python3-pil and python3-numpy");
  }

  get hasPython(): boolean {
    return this.#withPillow;
  }

  /** @param shipped whether the model is also run with its default views */
  async measure(set: PhotoSet, measured: MeasuredModel, shipped: boolean): Promise<void> {
    const { name, model } = measured;
    const at = `${set.name}/${name}`;
    const files = spread(set.files, PEER_FILES);
    const compared = spread(await notSmaller(files, presetOf(model).preset), COMPARED);
    let own: readonly (readonly number[])[] = [];
    await this.#extract(at, set, model, "none", async (output) => {
      own = await featuresOf(join(output, "index"), set.folder, compared);
    });
    const plain = alone({ step: "plain", model, files, features: compared });
    this.#add(`${at}/plain`, plain);
    this.#compare(at, own, plain.features);
    if (shipped) await this.#extract(`${at}, default views`, set, model, "default");
    for (const fast of [true, false]) this.#add(`${at}/sharp ${fast}`, alone({ step: "sharp", model, files, fast }));
    this.#add(`${at}/decode`, alone({ step: "decode", model, files }));
    for (const threads of [1, 2]) {
      this.#add(`${at}/infer ${threads}`, alone({ step: "infer", model, files, threads }));
    }
    this.#python(at, model, files);
  }

  #python(at: string, model: string, files: readonly string[]): void {
    if (!this.#withPillow) return;
    const { preset } = presetOf(model);
    const { allCoresSeconds, ...one } = pillow(files, preset);
    this.#add(`${at}/pillow`, one);
    this.figures.add(`${at}/pillow/all cores`, allCoresSeconds);
    const seconds = BATCHES.map((batch) => alone({ step: "infer", model, files, batch }).seconds);
    this.figures.add(`${at}/infer first`, seconds[0]);
    this.figures.add(`${at}/infer best`, Math.min(...seconds));
  }

  async #extract(
    at: string,
    { folder, files }: PhotoSet,
    model: string,
    views: "none" | "default",
    look?: (output: string) => Promise<void>,
  ): Promise<void> {
    const run = await this.#own.run({ images: folder, model, views }, look);
    if (run.rows !== files.length) throw new Error(`${at}: expected ${files.length} rows, found ${run.rows}`);
    const digest = this.#digests.get(at) ?? run.digest;
    if (run.digest !== digest) throw new Error(`${at}: two runs wrote different bytes`);
    this.#digests.set(at, digest);
    for (const [name, value] of Object.entries(ownFigures(run))) this.figures.add(`${at}/ours/${name}`, value);
  }

  #add(at: string, { seconds, processorSeconds }: { seconds: number; processorSeconds: number }): void {
    this.figures.add(`${at}/seconds`, seconds);
    this.figures.add(`${at}/processor`, processorSeconds);
  }

  #compare(at: string, own: readonly (readonly number[])[], plain: readonly (readonly number[])[]): void {
    const distances = own.map((feature, i) => Math.hypot(...feature.map((value, f) => value - plain[i][f])));
    const largest = Math.max(...distances);
    if (!(largest <= MOST_DISTANCE)) {
      throw new Error(`${at}: a feature is ${largest} from that of the plain way, expected ${MOST_DISTANCE} at most`);
    }
    this.figures.add(`${at}/distance`, largest);
    this.largestDistance = Math.max(this.largestDistance, largest);
  }
}

export function presetOf(model: string): { readonly file: string; readonly preset: ModelPreset } {
  return findModel(readSettings(undefined, { model }));
}

/** libvips lays pictures that it enlarges half a pixel off, the program does not. */
async function notSmaller(files: readonly string[], { width, height }: ModelPreset): Promise<string[]> {
  const sizes = await Promise.all(files.map((file) => sharp(file).metadata()));
  return files.filter((_, i) => sizes[i].width >= width && sizes[i].height >= height);
}

/** Images a second, seconds of processors an image, and megabytes. */
function ownFigures(run: RunResult): Record<string, number> {
  const rowsAfter = run.rows - run.fifth.rows;
  const processorAfter = run.processorSeconds - run.fifth.processorSeconds;
  return {
    whole: run.rows / run.seconds,
    "after start": rowsAfter / (run.seconds - run.fifth.seconds),
    "start seconds": run.startSeconds,
    vectors: run.vectors / run.rows,
    processor: run.processorSeconds / run.rows,
    "processor after start": processorAfter / rowsAfter,
    megabytes: run.peakMegabytes,
  };
}

/** Features of some pictures as an index holds them, in the order of the paths. */
async function featuresOf(index: string, folder: string, files: readonly string[]): Promise<number[][]> {
  const { dim, parts, ids } = await openNpyFolder(index, 10_000);
  const features = sharedMatrix(ids.length, dim);
  if (parts.length !== 1) throw new Error(`Expected one shard in "${index}", found ${parts.length}`);
  await readRowRange(parts[0], 0, features);
  return files.map((file) => {
    const row = ids.indexOf(relative(folder, file));
    return Array.from(features.values.subarray(row * dim, (row + 1) * dim));
  });
}
