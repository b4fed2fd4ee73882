import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VIEWS, type View } from "#data/view.ts";
import { FeatureModel } from "#features/feature-model.ts";
import { findModel } from "#settings/find-model.ts";
import { readSettings } from "#settings/read-settings.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { PHOTOS } from "./edited-photos.ts";

const PICTURES = 640;
const ROUNDS = 5;

/** Milliseconds a picture that each model takes, by turns in one process; the median of the rounds. */
export async function embeddingTimes(models: readonly { model: string }[]): Promise<Record<string, number>> {
  const opened = await Promise.all(
    models.map(async ({ model }) => {
      const { file, preset } = findModel(readSettings(undefined, { model }));
      return {
        name: preset.name,
        preset,
        feature: await FeatureModel.open(file, preset, { device: "cpu" }),
        times: [] as number[],
      };
    }),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const { preset, feature, times } of opened) {
      const pixels = new Uint8Array(feature.batch * 3 * preset.width * preset.height).map((_, i) => (i * 37) % 256);
      const start = performance.now();
      for (let done = 0; done < PICTURES; done += feature.batch) await feature.embed(pixels);
      times.push((performance.now() - start) / PICTURES);
    }
  }
  const medians = opened.map(({ name, times }) => [name, times.sort((a, b) => a - b)[ROUNDS >> 1]] as const);
  console.error(`embedding: ${medians.map(([name, ms]) => `${name} ${ms.toFixed(2)} ms`).join(", ")}`);
  return Object.fromEntries(medians);
}

/** Whole runs on the photos: what each view and looking at pairs cost beside extraction of one view alone. */
export async function describeCost(name: string, model: string, shipped: readonly View[]) {
  const results: Record<string, unknown> = {};
  const one = await run(model, "none");
  const choices = {
    "one view": "none",
    ...Object.fromEntries(VIEWS.map((view) => [view, view])),
    "as shipped": "default",
  };
  for (const [choice, views] of Object.entries(choices)) {
    const { extract, search, match, whole } = choice === "one view" ? one : await run(model, views);
    const ratio = whole / one.extract;
    results[choice] = { extract, search, match, whole, ratio };
    const named = choice === "as shipped" ? `as shipped (${shipped.join(", ") || "one view"})` : choice;
    console.error(
      `${name}, ${named}: extract ${extract.toFixed(1)} s, search ${search.toFixed(1)}, match ${match.toFixed(1)}; whole run ${whole.toFixed(1)} s = ${ratio.toFixed(2)} × extraction of one view`,
    );
  }
  return results;
}

async function run(model: string, views: string) {
  const output = mkdtempSync(join(tmpdir(), "twinsift-cost-"));
  const flags = ["--images", PHOTOS, "--model", model, "--views", views, "--quiet", "--output", output];
  const { exitCode, stderr } = await runPipelineCommand(flags);
  if (exitCode !== 0) throw new Error(stderr);
  const { stages, started, finished } = JSON.parse(readFileSync(join(output, "reports/run.json"), "utf8"));
  const seconds = (stage: string) => stages.find((entry: { name: string }) => entry.name === stage)?.seconds ?? 0;
  const whole = (Date.parse(finished) - Date.parse(started)) / 1000;
  return { extract: seconds("extract"), search: seconds("search"), match: seconds("match"), whole };
}
