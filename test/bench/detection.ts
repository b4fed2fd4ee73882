import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { VIEWS, type View } from "#data/view.ts";
import { PairChecker } from "./detection-check.ts";
import { describeCost, embeddingTimes } from "./detection-cost.ts";
import { type Ranking, rankHashes, rankVectors, type Slots } from "./detection-ranking.ts";
import { readVectors } from "./detection-vectors.ts";
import { editNames, photos, WORK, writeEdits } from "./edited-photos.ts";
import { EDITS } from "./edits.ts";
import { atThreshold, averagePrecision, recallAtPrecision } from "./ranking.ts";

// How many copies are found among photos that were edited as copies on the web are, and what that costs. Needs ../shared.
// npm run bench -- detection [phash|cost|MODEL …] [--no-check]

const MODELS = {
  "twinsift-copy-1": { model: "twinsift-copy-1", preset: "twinsift-copy-1" },
  mobilenet_v3_small: {
    model: resolve("../shared/material/models/mobilenet_v3_small_100_224.onnx"),
    preset: "mobilenet-v3-small",
  },
};

export async function bench(args: readonly string[]): Promise<unknown> {
  const all = photos();
  if (!existsSync(join(WORK, "edits"))) await writeEdits(all);
  const names = args.filter((arg) => !arg.startsWith("--"));
  const isWanted = (name: string) => names.length === 0 || names.includes(name);
  const results: Record<string, unknown> = {};
  const checker = args.includes("--no-check") ? undefined : new PairChecker(all, editNames());
  if (isWanted("phash")) results.phash = summary("64-bit pHash", await rankHashes(all));
  for (const [name, { model, preset }] of Object.entries(MODELS)) {
    if (isWanted(name)) results[name] = await detection(name, model, presetOf(preset), checker);
  }
  await checker?.close();
  if (isWanted("cost")) {
    results.embedding = await embeddingTimes(Object.values(MODELS));
    for (const [name, { model, preset }] of Object.entries(MODELS)) {
      results[`cost ${name}`] = await describeCost(name, model, presetOf(preset).views);
    }
  }
  return results;
}

interface ShippedPreset {
  readonly threshold: number;
  readonly views: readonly View[];
}

function presetOf(name: string): ShippedPreset {
  const { threshold, views = [] } = JSON.parse(readFileSync(join("config/presets", `${name}.json`), "utf8"));
  return { threshold, views };
}

/** Slots of the vectors that some views give; 0 is the picture as it stands. */
function slotsOf(views: readonly View[]): Slots {
  const first = { mirrored: [1], trimmed: [2], centre: [3], corners: [4, 5, 6, 7] };
  return [0, ...views.flatMap((view) => first[view])];
}

async function detection(name: string, model: string, preset: ShippedPreset, checker: PairChecker | undefined) {
  const vectors = await readVectors(name, model);
  const choices: Record<string, readonly View[]> = {
    "one view": [],
    ...Object.fromEntries(VIEWS.map((view) => [`and ${view}`, [view]])),
    "all views": VIEWS,
    "as shipped": preset.views,
  };
  const rankings = await rankVectors(vectors, Object.values(choices).map(slotsOf));
  const results: Record<string, unknown> = {};
  for (const [i, choice] of Object.keys(choices).entries()) {
    results[choice] = summary(`${name}, ${choice}`, rankings[i], preset.threshold);
    const isLookedAt = choice === "one view" || choice === "as shipped";
    if (!checker || !isLookedAt) continue;
    const looked = await checker.keepCopies(rankings[i]);
    results[`${choice}, looked at`] = summary(`${name}, ${choice}, looked at`, looked, preset.threshold);
  }
  return results;
}

function summary(name: string, ranking: Ranking, threshold?: number) {
  const ap = averagePrecision(ranking);
  const { recall, threshold: at } = recallAtPrecision(ranking, 0.99);
  const shipped = threshold === undefined ? undefined : { threshold, ...atThreshold(ranking, threshold) };
  const kinds: Record<string, number> = {};
  for (const kind of Object.keys(EDITS).flatMap((edit) => [`${edit}-0`, `${edit}-1`])) {
    const own = ranking.right.filter((_, i) => ranking.edits[i].startsWith(`${kind}/`));
    kinds[kind] = own.filter((distance) => distance <= at).length / own.length;
  }
  const weak = Object.entries(kinds)
    .filter(([, share]) => share < 0.97)
    .map(([kind, share]) => `${kind} ${share.toFixed(2)}`);
  const atShipped = shipped
    ? ` · at ${threshold}: precision ${shipped.precision.toFixed(4)}, recall ${shipped.recall.toFixed(4)}, ${shipped.wrong} wrong`
    : "";
  console.error(
    `${name}: AP ${ap.toFixed(4)}, recall ${recall.toFixed(4)} at precision 0.99 (${at.toFixed(3)})${atShipped}`,
  );
  if (weak.length > 0) console.error(`  weak: ${weak.join(", ")}`);
  return { averagePrecision: ap, recall, at, shipped, kinds };
}
