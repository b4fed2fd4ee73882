import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { FeatureIndex } from "#artifacts/feature-index.ts";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { outputPaths } from "#artifacts/output-paths.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { sha256 } from "#base/fingerprint.ts";
import { firstModel } from "#device/run-model.ts";
import { runJson } from "#reports/run-report.ts";
import { readSettings } from "#settings/read-settings.ts";
import { featureFolder, SHARED, WORK } from "./search.ts";
import { madeOnce } from "./serve-data.ts";

const MODEL = "mobilenet_v2_100_224";
const ROWS = 100_000;
const SHARD_ROWS = 10_000;

/**
 * An output folder as a run of MobileNetV2 over 100,000 pictures leaves it, whose features are made: index and run.json. There are no
 * pictures, and no pairs.
 */
export function madeIndex(): Promise<string> {
  const name = `serve-index-${ROWS}`;
  return madeOnce(name, async (draft) => {
    const images = join(WORK, name, "images");
    const settings = readSettings(undefined, {
      images: [images],
      model: join(SHARED, `material/models/${MODEL}.onnx`),
      output: join(WORK, name),
    });
    const { fingerprint, preset, views, sha256: ofModel } = await firstModel(settings);
    const { dim, parts, ids } = await openNpyFolder(featureFolder({ model: MODEL, rows: ROWS }), SHARD_ROWS);
    const made = new ShardStore(dim, parts);
    const paths = outputPaths(draft);
    const maker = { fingerprint, model: preset.name, views, dim: async () => dim };
    const listener = { tell: (line: string) => console.error(line), onProgress: () => undefined };
    const index = await FeatureIndex.open(paths.index, maker, listener);
    for (let shard = 0; shard < made.shardCount; shard++) {
      const { firstRow, vectors } = await made.readShard(shard);
      const rows = Array.from({ length: vectors.imageCount }, (_, i) => rowOf(firstRow + i));
      await index.append({ rows, features: vectors.matrix, views: undefined });
    }
    await index.settle({ rows: index.rows, folders: { [images]: ids.length }, groups: [] });
    mkdirSync(join(draft, "images"));
    mkdirSync(paths.reports);
    const content = runJson({
      ...{ version: "0.0.0", started: new Date(), finished: new Date(), exitCode: 0, config: settings },
      folders: [{ path: images, prefix: "", reference: false }],
      ...{ model: { preset, sha256: ofModel, dim, views }, device: "cpu", stages: [], peakRssBytes: 0 },
    });
    await writeWholeFile(join(paths.reports, "run.json"), [content]);
  });
}

function rowOf(row: number) {
  const id = `scraped/${String(row).padStart(7, "0")}.jpg`;
  return { id, sha256: sha256(id), bytes: 50_000, modified: null, width: 400, height: 300 };
}
