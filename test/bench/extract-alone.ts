// One step of extraction, or the plain way through all of them, alone in a process of its own: a JSON object on stdin with a step
// and what it needs. Prints one JSON line.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { InferenceSession, Tensor } from "onnxruntime-node";
import pLimit from "p-limit";
import sharp from "sharp";
import type { ModelPreset } from "#data/model-preset.ts";
import { decodeImage } from "#images/decode-image.ts";
import { findModel } from "#settings/find-model.ts";
import { readSettings } from "#settings/read-settings.ts";

export type Step =
  /** The program's own decoder, one picture after the other. */
  | { readonly step: "decode"; readonly model: string; readonly files: readonly string[] }
  /** The model on pixels that were decoded before. Undefined threads are ONNX Runtime's own choice. */
  | {
      readonly step: "infer";
      readonly model: string;
      readonly files: readonly string[];
      readonly threads?: number;
      readonly batch?: number;
    }
  /** sharp decodes and scales, as many at once as there are cores. */
  | { readonly step: "sharp"; readonly model: string; readonly files: readonly string[]; readonly fast: boolean }
  /** One at a time: decode in full, scale, fill, infer. Tells the features of some. */
  | {
      readonly step: "plain";
      readonly model: string;
      readonly files: readonly string[];
      readonly features: readonly string[];
    };

/** Of one image, in seconds. */
export interface StepResult {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly features: readonly (readonly number[])[];
}

/** Pictures that are read before time counts. */
const WARM_UP = 20;
const INFERRED = 256;

const task = JSON.parse(readFileSync(0, "utf8")) as Step;
const settings = readSettings(undefined, { model: task.model });
const { file: modelFile, preset } = findModel(settings);
const { width, height } = preset;
console.log(JSON.stringify(await run(task)));

function run(task: Step): Promise<StepResult> {
  if (task.step === "decode") return decodeAlone(task);
  if (task.step === "infer") return inferAlone(task);
  if (task.step === "sharp") return sharpAlone(task);
  return plainWay(task);
}

async function decodeAlone({ files }: Step): Promise<StepResult> {
  return timed(files, (file) => decodeImage(file, { preset, views: [] }, settings.extract));
}

async function inferAlone({ files, threads, batch = preset.batch }: Step & { step: "infer" }): Promise<StepResult> {
  // threads that spin while they wait would count as work
  const session = await InferenceSession.create(
    modelFile,
    threads === undefined
      ? {}
      : { intraOpNumThreads: threads, extra: { session: { intra_op: { allow_spinning: "0" } } } },
  );
  const pixels = await Promise.all(files.slice(0, batch).map((file) => fullyDecoded(file)));
  const feeds = {
    [preset.input]: inputOf(
      preset,
      Array.from({ length: batch }, (_, i) => pixels[i % pixels.length]),
    ),
  };
  const runs = Array.from({ length: Math.ceil(INFERRED / batch) });
  const { seconds, processorSeconds, features } = await timed(runs, () => session.run(feeds, [preset.output]));
  return { seconds: seconds / batch, processorSeconds: processorSeconds / batch, features };
}

async function sharpAlone({ files, fast }: Step & { step: "sharp" }): Promise<StepResult> {
  sharp.concurrency(1);
  const limit = pLimit(cpus().length);
  const how = { fit: "fill", kernel: "linear", fastShrinkOnLoad: fast } as const;
  const decode = (file: string) => sharp(file).resize(width, height, how).raw().toBuffer();
  for (const file of files.slice(0, WARM_UP)) await decode(file);
  const start = performance.now();
  const used = process.cpuUsage();
  await Promise.all(files.map((file) => limit(() => decode(file))));
  return perImage(start, used, files.length);
}

async function plainWay({ files, features }: Step & { step: "plain" }): Promise<StepResult> {
  const session = await InferenceSession.create(modelFile);
  const feature = async (file: string) => {
    const input = inputOf(preset, [await fullyDecoded(file)]);
    return (await session.run({ [preset.input]: input }))[preset.output].data as Float32Array;
  };
  const measured = await timed(files, feature);
  const told: number[][] = [];
  for (const file of features) {
    const values = await feature(file);
    const length = preset.normalize ? Math.hypot(...values) : 1;
    told.push(Array.from(values, (value) => value / length));
  }
  return { ...measured, features: told };
}

/** All pixels first, then the scaling. */
async function fullyDecoded(file: string): Promise<Buffer> {
  const { data, info } = await sharp(file)
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return sharp(data, { raw }).resize(width, height, { fit: "fill", kernel: preset.kernel }).raw().toBuffer();
}

/** As it is most often written: pixel by pixel. */
function inputOf({ mean, deviation, layout, input: _ }: ModelPreset, pictures: readonly Buffer[]): Tensor {
  const area = width * height;
  const values = new Float32Array(pictures.length * 3 * area);
  for (const [number, pixels] of pictures.entries()) {
    const first = number * 3 * area;
    for (let place = 0; place < area; place++) {
      for (let channel = 0; channel < 3; channel++) {
        const to = layout === "nchw" ? channel * area + place : 3 * place + channel;
        values[first + to] = (pixels[3 * place + channel] - mean[channel]) / deviation[channel];
      }
    }
  }
  const count = pictures.length;
  return new Tensor("float32", values, layout === "nchw" ? [count, 3, height, width] : [count, height, width, 3]);
}

async function timed<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<StepResult> {
  for (const item of items.slice(0, WARM_UP)) await work(item);
  const start = performance.now();
  const used = process.cpuUsage();
  for (const item of items) await work(item);
  return perImage(start, used, items.length);
}

function perImage(start: number, used: NodeJS.CpuUsage, images: number): StepResult {
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  return { seconds: seconds / images, processorSeconds: (user + system) / 1e6 / images, features: [] };
}
