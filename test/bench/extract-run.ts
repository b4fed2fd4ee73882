// One extraction as a process of its own, as the pipeline does it but without the search: a JSON object with images, model, views and
// output. Prints one JSON line. Run as compiled (see extract-ours.ts), as users run it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { outputPaths } from "#artifacts/output-paths.ts";
import { Progress } from "#base/progress.ts";
import { RunDevice } from "#device/run-device.ts";
import { firstModel } from "#device/run-model.ts";
import { readSettings } from "#settings/read-settings.ts";
import { openImages } from "../../pipeline/open-images.ts";
import { peakMegabytes, processorSeconds, processTree } from "./process-tree.ts";

export interface RunOptions {
  readonly images: string;
  /** Name or file. */
  readonly model: string;
  readonly views: "default" | "none";
  readonly output: string;
}

export interface RunResult {
  readonly rows: number;
  /** Vectors made: pictures and their views. */
  readonly vectors: number;
  /** From the first call to the last shard on disk. */
  readonly seconds: number;
  /** Until the first pictures were embedded. */
  readonly startSeconds: number;
  /** Of the whole process tree, from the start of Node.js to the end of all processes. */
  readonly processorSeconds: number;
  /** When the first fifth was embedded: before that, pictures come that were decoded while the model opened. */
  readonly fifth: { readonly rows: number; readonly seconds: number; readonly processorSeconds: number };
  readonly peakMegabytes: number;
  /** Of all numbers and ids of the index. */
  readonly digest: string;
  /** By the clock that perf uses, in seconds: when the first fifth was embedded, and the last shard was on disk. */
  readonly from: number;
  readonly to: number;
}

const CLOCK = () => Number(process.hrtime.bigint()) / 1e9;
/** Processes that were killed are gone by then. */
const EXIT_MS = 5000;

const { images, model, views, output } = JSON.parse(process.argv[2]) as RunOptions;
const begin = CLOCK();
const settings = readSettings(undefined, { images: [images], model, views, output });
const paths = outputPaths(output);
const progress = new Progress();
let embedded = 0;
let startSeconds = 0;
let fifth: RunResult["fifth"] | undefined;
progress.on("stage", ({ stage, done, total }) => {
  if (stage !== "extract") return;
  embedded = done;
  if (startSeconds === 0) startSeconds = CLOCK() - begin;
  if (done === Math.ceil((total ?? 0) / 5)) noteFifth().catch(() => undefined);
});

async function noteFifth(): Promise<void> {
  // the pictures of one batch are told one by one
  await setImmediate();
  fifth = { rows: embedded, seconds: CLOCK() - begin, processorSeconds: processorSeconds(process.pid) };
}

const device = new RunDevice(settings.device, () => undefined);
const source = await openImages(
  { settings, paths, device, fleet: undefined, progress },
  await firstModel(settings),
  paths.index,
);
let [rows, vectors] = [0, 0];
for await (const shard of source.fresh) {
  rows += shard.vectors.imageCount;
  vectors += shard.vectors.matrix.rowCount;
}
const end = CLOCK();
if (source.unreadable.length > 0 || !fifth) throw new Error(`Cannot read ${JSON.stringify(source.unreadable[0])}`);
const peak = peakMegabytes(process.pid);
await source.close();
await device.close();
for (let waited = 0; waited < EXIT_MS && processTree(process.pid).length > 1; waited += 10) await setTimeout(10);

const result: RunResult = {
  ...{ rows, vectors },
  seconds: end - begin,
  startSeconds,
  processorSeconds: processorSeconds(process.pid),
  fifth,
  peakMegabytes: peak,
  digest: digestOf(paths.index),
  from: begin + fifth.seconds,
  to: end,
};
console.log(JSON.stringify(result));

function digestOf(folder: string): string {
  const hash = createHash("sha256");
  const names = readdirSync(folder).filter((name) => name.endsWith(".npy"));
  for (const name of names.sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest("hex");
}
