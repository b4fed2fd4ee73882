import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { OwnExtraction } from "./extract-ours.ts";
import { queueCosts } from "./fleet-cost-queue.ts";
import { searchCosts } from "./fleet-cost-search.ts";
import type { EmbeddingCosts, MeasuredCosts } from "./fleet-model.ts";
import { featureFolder, SHARED, WORK, whole } from "./search.ts";

/** Where the simulation finds what was measured last. */
const FILE = fileURLToPath(new URL("fleet-costs.json", import.meta.url));
const PHOTOS = join(SHARED, "material/photos");
const ROWS = 100_000;
const SMALL_ROWS = 100_000;
const IMAGES_PER_TASK = 256;
const RESULTS = 20;
const EXTRACTIONS = 3;

export function readCosts(): MeasuredCosts {
  return JSON.parse(readFileSync(FILE, "utf8"));
}

/** Measures what tasks cost on this machine, and keeps it for the simulation. */
export async function measureCosts(): Promise<MeasuredCosts> {
  const v3 = "mobilenet_v3_small_100_224";
  const own = await OwnExtraction.compile();
  const embedding = {
    "twinsift-copy-1": await embeddingCosts(own, "twinsift-copy-1", "default"),
    [v3]: await embeddingCosts(own, join(SHARED, `material/models/${v3}.onnx`), "none"),
  };
  console.error(JSON.stringify(embedding));
  const folder = featureFolder({ model: v3, rows: ROWS });
  const search = {
    "1024": await searchCosts(folder, 0.6),
    "256": await searchCosts(await copyFeatures(own), 0.5),
  };
  console.error(JSON.stringify(search));
  const { resultBytes, writeResultSeconds, secondsPerTask } = resultCosts(embedding["twinsift-copy-1"]);
  const costs: MeasuredCosts = {
    machine: {
      ...{ processors: cpus().length, name: cpus()[0].model, node: process.version },
      date: new Date().toISOString().slice(0, 10),
    },
    ...{ search, embedding },
    files: { ...(await readingSpeeds(folder)), resultBytes, writeResultSeconds },
    queue: await queueCosts(),
    planner: { secondsPerTask },
  };
  writeFileSync(FILE, `${JSON.stringify(costs, sixDigits, 2)}\n`);
  return costs;
}

/** The fastest of some runs over the photos, as they lie in the page cache; what goes before the first fifth is left out. */
async function embeddingCosts(
  own: OwnExtraction,
  model: string,
  views: "default" | "none",
  look?: (output: string) => Promise<void>,
): Promise<EmbeddingCosts> {
  const files = filesBelow(PHOTOS);
  for (const file of files) readFileSync(file);
  let [dim, vectorsPerImage, secondsPerImage] = [0, 0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < EXTRACTIONS; i++) {
    const { rows, vectors, seconds, fifth } = await own.run({ images: PHOTOS, model, views }, async (output) => {
      ({ dim } = await openNpyFolder(join(output, "index"), ROWS));
      await look?.(output);
    });
    vectorsPerImage = vectors / rows;
    secondsPerImage = Math.min(secondsPerImage, (seconds - fifth.seconds) / (rows - fifth.rows));
  }
  return {
    ...{ views, dim, vectorsPerImage, secondsPerImage },
    bytesPerImage: files.reduce((sum, file) => sum + statSync(file).size, 0) / files.length,
  };
}

/** Many vectors like those of the embedded model. */
async function copyFeatures(own: OwnExtraction): Promise<string> {
  mkdirSync(WORK, { recursive: true });
  const real = join(WORK, "photos-twinsift-copy-1.npy");
  await embeddingCosts(own, "twinsift-copy-1", "none", async (output) => {
    copyFileSync(join(output, "index/0000.features.npy"), real);
  });
  return whole(join(WORK, `twinsift-copy-1-${SMALL_ROWS}`), SMALL_ROWS, (file) => {
    execFileSync("/usr/bin/python3", [join(SHARED, "peers/make_features.py"), real, String(SMALL_ROWS), file]);
  });
}

/** A shard of .npy: from the disk, and from the page cache. */
async function readingSpeeds(folder: string) {
  const { dim, parts } = await openNpyFolder(folder, 10_000);
  const store = new ShardStore(dim, parts);
  const bytes = store.rowCount * dim * Float32Array.BYTES_PER_ELEMENT;
  const speed = async () => {
    const start = performance.now();
    for (let shard = 0; shard < store.shardCount; shard++) await store.readShard(shard);
    return (1000 * bytes) / (performance.now() - start);
  };
  // takes this file alone out of the page cache
  execFileSync("dd", [`if=${join(folder, "0000.features.npy")}`, "iflag=nocache", "count=0", "status=none"]);
  const coldBytesPerSecond = await speed();
  return { coldBytesPerSecond, warmBytesPerSecond: await speed() };
}

/** A result of a batch of images: written as workers do, and taken in as the planner does, into a file that holds many. */
function resultCosts({ vectorsPerImage, dim }: EmbeddingCosts) {
  const folder = mkdtempSync(join(WORK, "results-"));
  try {
    const resultBytes = Math.round(IMAGES_PER_TASK * vectorsPerImage) * dim * Float32Array.BYTES_PER_ELEMENT;
    const bytes = Buffer.alloc(resultBytes, 7);
    const start = performance.now();
    for (let i = 0; i < RESULTS; i++) {
      writeFileSync(join(folder, "unfinished"), bytes, { flush: true });
      renameSync(join(folder, "unfinished"), join(folder, String(i)));
    }
    const written = performance.now();
    for (let i = 0; i < RESULTS; i++) {
      writeFileSync(join(folder, "all"), readFileSync(join(folder, String(i))), { flag: "a" });
    }
    const merged = performance.now();
    return {
      resultBytes,
      writeResultSeconds: (written - start) / 1000 / RESULTS,
      secondsPerTask: (merged - written) / 1000 / RESULTS,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

const sixDigits = (_: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(4)) : value);
