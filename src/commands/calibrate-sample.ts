import { cpus } from "node:os";
import { resolve } from "node:path";
import { outputPaths } from "#artifacts/output-paths.ts";
import { closeAll } from "#base/close-all.ts";
import { hashFile } from "#base/hash-file.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import { CopyMaker } from "#calibration/copy-maker.ts";
import { type DrawnSample, drawSample, type SampleOptions } from "#calibration/draw-sample.ts";
import { findCopies } from "#calibration/find-copies.ts";
import { COPIES_EACH, measureSample } from "#calibration/measure-sample.ts";
import { nearCouples } from "#calibration/sample-distances.ts";
import { sampleRates } from "#calibration/sample-rates.ts";
import type { SampleCalibration } from "#calibration/sample-report.ts";
import { ThresholdGrid } from "#calibration/threshold-grid.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { viewCount } from "#data/view.ts";
import { openEmbedder } from "#device/open-embedder.ts";
import { RunDevice } from "#device/run-device.ts";
import { listImages } from "#images/list-images.ts";
import { PictureReader } from "#images/picture-reader.ts";
import { Matcher } from "#matches/matcher.ts";
import { chosenViews } from "#settings/chosen-views.ts";
import { findModel } from "#settings/find-model.ts";
import type { Settings } from "#settings/settings.ts";
import { type CalibrateFlags, SMALLEST_SAMPLE } from "./calibrate-flags.ts";

/**
 * Calibrates on a sample of the images that the settings name.
 *
 * @throws PipelineError `settings` without image folders, `input` where they hold too few images
 */
export async function calibrateOnSample(flags: CalibrateFlags, progress: Progress): Promise<SampleCalibration> {
  const { settings, seed, sample: count } = flags;
  const { file, preset } = findModel(settings);
  const views = chosenViews(settings, preset);
  const folders = [...settings.images, ...settings.references];
  if (folders.length === 0) throw new PipelineError("settings", "Found no image folder: give one as --images FOLDER");
  const { files } = await listImages(
    folders.map((path) => ({ path, reference: false })),
    { ignore: settings.scan.ignore, exclude: [resolve(outputPaths(settings.output).root)] },
  );
  const { sha256 } = await hashFile(file);
  const concurrency = settings.concurrency ?? cpus().length;
  const expected = count * (1 + COPIES_EACH) * (1 + viewCount(views));
  const tools = { file, preset, settings, concurrency, expected, progress };
  return withTools(tools, async ({ reader, maker, matcher, embedder }) => {
    const options = { count, seed, reader, embedder, concurrency, progress, decode: { preset, views } };
    const drawn = await drawSample(files, options);
    refuseFewImages(drawn.images.length, drawn, folders);
    const grid = gridOf(preset, drawn);
    const distances = await measureSample(drawn, maker, grid, options);
    const { images } = drawn;
    const couples = nearCouples(distances);
    const { copies, plain, lastCell } = await findCopies(couples, { images, reader, matcher, progress });
    const left = new Set([...copies, ...plain]);
    refuseFewImages(images.length - left.size, drawn, folders);
    const { unreadable, sameBytes } = drawn;
    const known = Math.round((files.length * (drawn.tried - drawn.unreadable)) / drawn.tried);
    return {
      model: { name: preset.name, sha256 },
      views,
      presetThreshold: preset.threshold,
      seed,
      files: { images: known, unreadable, sameBytes, plain: plain.size, copies: copies.size },
      question: { of: flags.of ?? known, copies: flags.copies, precision: flags.precision },
      sample: sampleRates(distances, left, Math.min(distances.lastCell, lastCell ?? distances.lastCell)),
      grid,
    };
  });
}

interface Tools extends Pick<SampleOptions, "reader" | "embedder"> {
  readonly maker: CopyMaker;
  readonly matcher: Matcher;
}

interface ToolOptions {
  readonly file: string;
  readonly preset: ModelPreset;
  readonly settings: Settings;
  readonly concurrency: number;
  /** Pictures to embed, about. */
  readonly expected: number;
  readonly progress: Progress;
}

/** Opens what a calibration works with, and lets go of threads and processes in the end. */
async function withTools<Result>(
  { file, preset, settings, concurrency, expected, progress }: ToolOptions,
  work: (tools: Tools) => Promise<Result>,
): Promise<Result> {
  const device = new RunDevice(settings.device, (line) => progress.note(line));
  const processors = cpus().length;
  const embedder = await openEmbedder(device, { file, preset }, { processors, expected }).catch(async (error) => {
    await device.close();
    throw error;
  });
  const reader = new PictureReader(settings.extract, concurrency);
  const maker = new CopyMaker(settings.extract, concurrency);
  const matcher = new Matcher(cpus().length);
  try {
    return await work({ reader, embedder, maker, matcher });
  } finally {
    await closeAll(
      () => reader.close(),
      () => maker.close(),
      () => matcher.close(),
      () => embedder.close(),
      () => device.close(),
    );
  }
}

/** Unit vectors have thresholds in hundredths; others as fine, measured by the length of their vectors. */
function gridOf({ normalize }: ModelPreset, { vectors, images }: DrawnSample): ThresholdGrid {
  if (normalize) return new ThresholdGrid(2);
  const first = vectors.values.subarray(0, vectors.dim);
  return images.length === 0 ? new ThresholdGrid(2) : ThresholdGrid.forLength(Math.hypot(...first));
}

function refuseFewImages(found: number, { tried, unreadable }: DrawnSample, folders: readonly string[]): void {
  if (found >= SMALLEST_SAMPLE) return;
  const where = folders.map((folder) => `"${folder}"`).join(", ");
  const among = `among ${tried} files (${unreadable} of them unreadable)`;
  throw new PipelineError(
    "input",
    `Expected at least ${SMALLEST_SAMPLE} different images in ${where} to calibrate on, found ${found} ${among}: give more with another --images, or use the preset's threshold`,
  );
}
