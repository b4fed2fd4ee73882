import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Figures } from "./extract-figures.ts";
import { describeShares, type JavaScriptShares, javaScriptShares } from "./extract-javascript.ts";
import { peakMemory } from "./extract-memory.ts";
import { OwnExtraction } from "./extract-ours.ts";
import { type PhotoSet, photoSets } from "./extract-photos.ts";
import { type MeasuredModel, Rounds } from "./extract-rounds.ts";
import { describe, summarise } from "./extract-table.ts";

// Extraction beside the bound of the machine, sharp alone, the plain way in Node, and Python. Needs ../shared, Linux, and for Python
// Debian's python3-pil and python3-numpy.
// npm run bench -- extract [speed|javascript|memory …] [--quick] [--rounds N]; all but memory unless parts are named.

const V3_FILE = resolve("../shared/material/models/mobilenet_v3_small_100_224.onnx");
const V3: MeasuredModel = { name: "mobilenet_v3_small", model: V3_FILE };
const EMBEDDED: MeasuredModel = { name: "embedded", model: "twinsift-copy-1" };
const MODELS = [V3, EMBEDDED];
const SHIPPED = ", default views";
const ROUNDS = 3;
const LISTED = { whole: 100_000, quick: 2000 };

export async function bench(args: readonly string[]): Promise<unknown> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false }, rounds: { type: "string" } },
  });
  const { quick } = values;
  const rounds = Number(values.rounds ?? (quick ? 2 : ROUNDS));
  const { platform, version } = process;
  if (platform !== "linux") throw new Error(`Expected Linux, which tells what processes use, found ${platform}`);
  console.error(`${cpus().length} × ${cpus()[0].model}, Node.js ${version}`);
  const parts: Readonly<Record<string, () => Promise<unknown>>> = {
    speed: async () => speed(await photoSetsFor(V3_FILE, quick), rounds),
    javascript: async () => javaScript(await photoSetsFor(V3_FILE, quick)),
    memory: () => memory(quick ? LISTED.quick : LISTED.whole),
  };
  const names = positionals.length > 0 ? positionals : ["speed", "javascript"];
  const unknown = names.find((name) => !(name in parts));
  if (unknown) throw new Error(`Expected ${Object.keys(parts).join(", ")}, found "${unknown}"`);
  const results: Record<string, unknown> = {};
  for (const name of names) results[name] = await parts[name]();
  return results;
}

/** No sets where the model is absent, as where the photos are. */
async function photoSetsFor(model: string, quick: boolean): Promise<PhotoSet[]> {
  if (existsSync(model)) return photoSets(quick);
  console.error(`Skipped: expected a model "${model}"`);
  return [];
}

/** The median of the rounds; ratios are made within a round. */
async function speed(sets: readonly PhotoSet[], count: number) {
  if (sets.length === 0) return undefined;
  const rounds = new Rounds(await OwnExtraction.compile());
  for (let round = 0; round < count; round++) {
    console.error(`round ${round + 1} of ${count}`);
    rounds.figures.begin();
    for (const set of sets) {
      for (const model of MODELS) await rounds.measure(set, model, model === EMBEDDED);
    }
  }
  const { figures, hasPython, largestDistance } = rounds;
  const summaries = sets.flatMap(({ name }) => [
    ...MODELS.map((model) => summarise(figures, `${name}/${model.name}`, "", hasPython)),
    summarise(figures, `${name}/${EMBEDDED.name}`, SHIPPED, hasPython),
  ]);
  for (const summary of summaries) console.error(`\n${describe(summary)}`);
  const embeddedBesideV3 = Object.fromEntries(
    sets.map(({ name }) => [name, beside(figures, `${name}/${EMBEDDED.name}`, `${name}/${V3.name}`)]),
  );
  for (const [name, { whole, afterStart, shipped }] of Object.entries(embeddedBesideV3)) {
    const [a, b, c] = [whole, afterStart, shipped].map((ratio) => `${ratio.toFixed(2)}×`);
    console.error(`${name}: embedded beside ${V3.name} ${a}, the last four fifths ${b}, with its default views ${c}`);
  }
  console.error(`largest distance of a feature from that of the plain way: ${largestDistance.toFixed(4)}`);
  return { summaries, embeddedBesideV3, largestDistance, rounds: figures.rounds };
}

function beside(figures: Figures, model: string, other: string) {
  const ratio = (of: string, speed: string) =>
    figures.median((value) => value(`${of}/ours/${speed}`) / value(`${other}/ours/${speed}`));
  return {
    whole: ratio(model, "whole"),
    afterStart: ratio(model, "after start"),
    shipped: ratio(model + SHIPPED, "whole"),
  };
}

/** Every set and model once: shares hang by the machine's mood less than times do. */
async function javaScript(sets: readonly PhotoSet[]) {
  if (sets.length === 0) return undefined;
  const own = await OwnExtraction.compile();
  const results: Record<string, JavaScriptShares> = {};
  const runs = [
    ...MODELS.map((model) => ({ ...model, views: "none" as const })),
    { ...EMBEDDED, name: EMBEDDED.name + SHIPPED, views: "default" as const },
  ];
  for (const { name: set, folder } of sets) {
    for (const { name, model, views } of runs) {
      const shares = await javaScriptShares(own, { images: folder, model, views });
      results[`${set}, ${name}`] = shares;
      console.error(describeShares(`${set}, ${name}`, shares));
    }
  }
  return results;
}

async function memory(images: number) {
  const result = await peakMemory(images);
  const { peakMegabytes, mainMegabytes, peakSeconds, seconds } = result;
  const [peak, main, at, whole] = [peakMegabytes, mainMegabytes, peakSeconds, seconds].map(Math.round);
  console.error(
    `${images} images: all processes ${peak} MB at most (after ${at} s of ${whole}), the main process ${main} MB`,
  );
  return result;
}
