import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import pLimit from "p-limit";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { decodeGray } from "#images/decode-gray.ts";
import { Matcher } from "#matches/matcher.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { PHOTOS, type Photo, photos, WORK, writeEdits } from "./edited-photos.ts";
import { EDITS } from "./edits.ts";
import { hammingDistance, perceptualHash } from "./perceptual-hash.ts";
import { atThreshold, averagePrecision, type Ranked, recallAtPrecision } from "./ranking.ts";

// How many copies are found among photos that were edited as copies on the web are. Needs ../shared.

const MODELS = {
  "twinsift-copy-1": "twinsift-copy-1",
  mobilenet_v3_small: resolve("../shared/material/models/mobilenet_v3_small_100_224.onnx"),
};

/** Wrong pairs farther than this are not kept: no right one is farther that counts. */
const FARTHEST_FEATURES = 1;
const FARTHEST_HASHES = 0.35;

export async function bench(args: readonly string[]): Promise<unknown> {
  const all = photos();
  if (!existsSync(join(WORK, "edits"))) await writeEdits(all);
  const results: Record<string, unknown> = {};
  const names = args.filter((arg) => !arg.startsWith("--"));
  if (names.length === 0 || names.includes("phash")) results.phash = summary("pHash", await rankHashes(all), undefined);
  for (const [name, model] of Object.entries(MODELS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const { ids, values, dim, threshold, seconds } = await featuresOf(name, model);
    const ranking = rankFeatures(ids, values, dim);
    const one = summary(`${name}, one view`, ranking, threshold);
    const checked = args.includes("--no-check")
      ? {}
      : { checked: summary(`${name}, checked`, await check(ranking, all), threshold) };
    results[name] = { ...one, extractSeconds: seconds, images: ids.length, ...checked };
  }
  return results;
}

/** Ranked pairs, and who they are. */
interface Ranking extends Ranked {
  /** KIND-STRENGTH/NAME of each right pair. */
  readonly edits: readonly string[];
  /** Edit and photo of the wrong ones. */
  readonly wrongPairs: readonly (readonly [string, string])[];
}

function summary(name: string, ranking: Ranking, threshold: number | undefined) {
  const ap = averagePrecision(ranking);
  const { recall, threshold: at } = recallAtPrecision(ranking, 0.99);
  const shipped = threshold === undefined ? {} : { threshold, ...atThreshold(ranking, threshold) };
  const kinds: Record<string, number> = {};
  for (const kind of Object.keys(EDITS).flatMap((edit) => [`${edit}-0`, `${edit}-1`])) {
    const own = ranking.right.filter((_, i) => ranking.edits[i].startsWith(`${kind}/`));
    kinds[kind] = own.filter((distance) => distance <= at).length / own.length;
  }
  const weak = Object.entries(kinds)
    .filter(([, share]) => share < 0.97)
    .map(([kind, share]) => `${kind} ${share.toFixed(2)}`);
  console.error(
    `${name}: AP ${ap.toFixed(4)}, recall ${recall.toFixed(4)} at precision 0.99 (${at.toFixed(3)}) ${JSON.stringify(shipped)}`,
  );
  console.error(`  weak: ${weak.join(", ")}`);
  return { averagePrecision: ap, recall, at, shipped, kinds };
}

/** Features of all photos and edits, by the pipeline. */
async function featuresOf(name: string, model: string) {
  const output = join(WORK, `output-${name}`);
  if (!existsSync(join(output, "reports/run.json"))) {
    rmSync(output, { recursive: true, force: true });
    const flags = ["--images", PHOTOS, "--images", join(WORK, "edits"), "--model", model, "--threshold", "0.0001"];
    const { exitCode, stderr } = await runPipelineCommand([
      ...flags,
      "--candidates",
      "0",
      "--quiet",
      "--output",
      output,
    ]);
    if (exitCode !== 0) throw new Error(stderr);
  }
  const run = JSON.parse(readFileSync(join(output, "reports/run.json"), "utf8"));
  const { dim, parts, ids } = await openNpyFolder(join(output, "index"), 10_000);
  const { values } = await new ShardStore("", dim, { parts, images: [] }).readRows(Uint32Array.from(ids.keys()));
  const threshold = JSON.parse(readFileSync(join("config/presets", `${name}.json`), "utf8")).threshold as number;
  const seconds = run.stages.find((stage: { name: string }) => stage.name === "extract").seconds as number;
  return { ids, values, dim, threshold, seconds };
}

const nameOf = (id: string) =>
  id
    .slice(id.indexOf("/") + 1)
    .replaceAll("/", "_")
    .replace(/\.\w+$/, "");

function rankFeatures(ids: readonly string[], values: Float32Array, dim: number): Ranking {
  const rows = [...ids.keys()];
  const originals = rows.filter((row) => ids[row].startsWith("photos/"));
  const edits = rows.filter((row) => ids[row].startsWith("edits/"));
  const distance = (a: number, b: number) => {
    let dot = 0;
    for (let f = 0; f < dim; f++) dot += values[a * dim + f] * values[b * dim + f];
    return Math.sqrt(Math.max(0, 2 - 2 * dot));
  };
  return ranked(
    edits.map((row) => ids[row].slice("edits/".length).replace(/\.jpg$/, "")),
    originals.map((row) => nameOf(ids[row])),
    (edit, photo) => distance(edits[edit], originals[photo]),
    (a, b) => distance(originals[a], originals[b]),
    FARTHEST_FEATURES,
  );
}

async function rankHashes(all: readonly Photo[]): Promise<Ranking> {
  const limit = pLimit(2 * cpus().length);
  const hashed = (paths: readonly string[]) => Promise.all(paths.map((path) => limit(() => perceptualHash(path))));
  const edits = readdirSync(join(WORK, "edits"))
    .sort()
    .flatMap((folder) =>
      readdirSync(join(WORK, "edits", folder))
        .sort()
        .map((file) => `${folder}/${file}`),
    );
  const ofEdits = await hashed(edits.map((edit) => join(WORK, "edits", edit)));
  const ofPhotos = await hashed(all.map(({ path }) => path));
  return ranked(
    edits.map((edit) => edit.replace(/\.jpg$/, "")),
    all.map(({ name }) => name),
    (edit, photo) => hammingDistance(ofEdits[edit], ofPhotos[photo]) / 64,
    (a, b) => hammingDistance(ofPhotos[a], ofPhotos[b]) / 64,
    FARTHEST_HASHES,
  );
}

/** Every edit against every photo, and all photos among each other. */
function ranked(
  edits: readonly string[],
  originals: readonly string[],
  distance: (edit: number, photo: number) => number,
  between: (a: number, b: number) => number,
  farthest: number,
): Ranking {
  const right = new Float64Array(edits.length);
  const wrong: { distance: number; pair: readonly [string, string] }[] = [];
  for (const [edit, name] of edits.entries()) {
    const own = name.slice(name.indexOf("/") + 1);
    for (const [photo, original] of originals.entries()) {
      const value = distance(edit, photo);
      if (original === own) right[edit] = value;
      else if (value < farthest) wrong.push({ distance: value, pair: [name, original] });
    }
  }
  for (let a = 0; a < originals.length; a++) {
    for (let b = 0; b < a; b++) {
      const value = between(a, b);
      if (value < farthest) wrong.push({ distance: value, pair: [originals[a], originals[b]] });
    }
  }
  wrong.sort((a, b) => a.distance - b.distance);
  return {
    edits,
    right,
    wrong: Float64Array.from(wrong, (w) => w.distance),
    wrongPairs: wrong.map(({ pair }) => pair),
  };
}

/** Wrong pairs that are looked at: those beyond would not be candidates at any useful threshold. */
const MOST_WRONG = 6_000;
const GRAY_SIDE = 160;

/** Rules out pairs that are no copies when their pictures are laid over each other. */
async function check(ranking: Ranking, all: readonly Photo[]): Promise<Ranking> {
  const paths = new Map(all.map(({ name, path }) => [name, path]));
  const matcher = new Matcher(cpus().length);
  const limit = pLimit(3 * cpus().length);
  const pathOf = (name: string) => paths.get(name) ?? join(WORK, "edits", `${name}.jpg`);
  const isCopy = (a: string, b: string) =>
    limit(async () => {
      const [first, second] = await Promise.all([a, b].map((name) => decodeGray(pathOf(name), GRAY_SIDE, 1e9)));
      return (await matcher.compare(first, second)).isCopy;
    });
  const start = performance.now();
  const farthest = ranking.wrong[Math.min(MOST_WRONG, ranking.wrong.length) - 1];
  const right = await Promise.all(
    [...ranking.right].map(async (distance, i) => {
      if (distance > farthest) return Number.POSITIVE_INFINITY;
      const name = ranking.edits[i];
      return (await isCopy(name.slice(name.indexOf("/") + 1), name)) ? distance : Number.POSITIVE_INFINITY;
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const looked = ranking.wrongPairs.slice(0, MOST_WRONG);
  const wrongIsCopy = await Promise.all(looked.map(([a, b]) => isCopy(b, a)));
  const wrongSeconds = (performance.now() - start) / 1000 - seconds;
  await matcher.close();
  const compared = right.filter((distance) => distance <= farthest).length;
  console.error(
    `  checked up to ${farthest.toFixed(3)}: ${compared} right pairs in ${seconds.toFixed(0)} s, ${looked.length} wrong ones in ${wrongSeconds.toFixed(0)} s`,
  );
  return {
    edits: ranking.edits,
    right: Float64Array.from(right),
    wrong: ranking.wrong.filter((_, i) => wrongIsCopy[i]),
    wrongPairs: ranking.wrongPairs.filter((_, i) => wrongIsCopy[i]),
  };
}
