import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { View } from "#data/view.ts";
import { runCommand } from "../support/run-command.ts";
import { EXAM, prepareCalibration, SAMPLE } from "./calibration-photos.ts";
import { rankVectors, type Slots } from "./detection-ranking.ts";
import { vectorsOf } from "./detection-vectors.ts";
import { atThreshold, recallAtPrecision } from "./ranking.ts";

// Whether the recommended threshold keeps its promise: calibrates on 300 photos, and measures precision on 600 others, edited in ways that
// the calibration does not know. Needs ../shared. npm run bench -- calibration [SEED …]

const MODELS = [
  { name: "twinsift-copy-1", model: "twinsift-copy-1", preset: "twinsift-copy-1" },
  {
    name: "mobilenet_v3_small",
    model: resolve("../shared/material/models/mobilenet_v3_small_100_224.onnx"),
    preset: "mobilenet-v3-small",
  },
];
const WANTED = 0.99;

export async function bench(args: readonly string[]): Promise<unknown> {
  await prepareCalibration();
  const seeds = args.length > 0 ? args : ["1"];
  const results: Record<string, unknown> = {};
  for (const { name, model, preset } of MODELS) {
    const { views } = JSON.parse(readFileSync(join("config/presets", `${preset}.json`), "utf8")) as { views: View[] };
    const folders = ["photos", "edits"].map((folder) => join(EXAM, folder));
    const vectors = await vectorsOf({ model, views, folders, output: join(EXAM, `output-${name}`) });
    const all = Array.from({ length: vectors.slots }, (_, slot) => slot);
    const choices: Record<string, Slots> = { none: [0], default: all };
    const rankings = await rankVectors(vectors, Object.values(choices));
    for (const [i, choice] of Object.keys(choices).entries()) {
      for (const seed of seeds) {
        const { threshold, promised, seconds } = await calibrated(model, choice, seed);
        const { precision, recall, wrong } = atThreshold(rankings[i], threshold);
        const best = recallAtPrecision(rankings[i], WANTED);
        const told = `recommended ${threshold} in ${seconds.toFixed(0)} s, promised ${promised}`;
        const really = `really: precision ${precision.toFixed(4)} (${wrong} wrong), recall ${recall.toFixed(4)}`;
        console.error(
          `${name}, views ${choice}, seed ${seed}: ${told}; ${really}; ${WANTED} is at ${best.threshold.toFixed(3)}`,
        );
        results[`${name}, ${choice}, ${seed}`] = { threshold, promised, seconds, precision, recall, wrong, best };
      }
    }
  }
  return results;
}

/** What the command recommends for 300 photos, and how long it takes. */
async function calibrated(model: string, views: string, seed: string) {
  const output = join(tmpdir(), "twinsift-bench/calibration/output");
  const flags = ["--images", SAMPLE, "--model", model, "--views", views, "--seed", seed, "--output", output];
  const start = performance.now();
  const wanted = ["--precision", String(WANTED), "--json", "--quiet"];
  const { exitCode, stdout, stderr } = await runCommand("src/commands/calibrate.ts", [...flags, ...wanted]);
  if (exitCode !== 0) throw new Error(stderr);
  const { recommended } = JSON.parse(stdout);
  return {
    threshold: recommended.threshold,
    promised: recommended.precision,
    seconds: (performance.now() - start) / 1000,
  };
}
