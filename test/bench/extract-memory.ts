import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pLimit from "p-limit";
import sharp from "sharp";
import { SeededRandom } from "#base/seeded-random.ts";
import { WORK, wholeFolder } from "./extract-photos.ts";
import { residentMegabytes, sum } from "./process-tree.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SAMPLE_MS = 500;
/** Pixels of a drawn picture's side, and of the random ones that it is stretched from. */
const SIDE = 64;
const COARSE = 16;
/** Few pairs: these pictures are alike for the model, and looking at millions of pairs takes hours. */
const THRESHOLD = "0.05";
const FOLDER_FILES = 1000;

export interface MemoryResult {
  readonly images: number;
  readonly seconds: number;
  /** Of all processes together at the worst moment. */
  readonly peakMegabytes: number;
  /** Of the main process alone, at its own worst moment. */
  readonly mainMegabytes: number;
  /** When the worst moment of all was, in seconds from the start. */
  readonly peakSeconds: number;
  readonly pairs: number;
}

/** A whole run on many small pictures: the memory of all its processes, twice a second. What processes share counts once. */
export async function peakMemory(images: number): Promise<MemoryResult> {
  const folder = await wholeFolder(`drawn-${images}`, (unfinished) => drawPictures(images, unfinished));
  const output = mkdtempSync(join(WORK, "output-"));
  const flags = ["--images", folder, "--views", "none", "--candidates", "100", "--output", output];
  const args = ["src/start/start.mjs", "pipeline/main.ts", ...flags, "--threshold", THRESHOLD, "--quiet"];
  const start = performance.now();
  const run = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
  let told = "";
  run.stderr.on("data", (chunk) => {
    told = (told + chunk).slice(-10_000);
  });
  let [peak, peakSeconds, main] = [0, 0, 0];
  const timer = setInterval(() => {
    const megabytes = residentMegabytes(run.pid as number);
    main = Math.max(main, megabytes[0]);
    if (sum(megabytes) <= peak) return;
    peak = sum(megabytes);
    peakSeconds = (performance.now() - start) / 1000;
  }, SAMPLE_MS);
  const exitCode = await new Promise((resolve) => run.on("close", resolve));
  clearInterval(timer);
  try {
    if (exitCode !== 0) throw new Error(`The run ended with exit code ${exitCode}: ${told.slice(-1000)}`);
    const { counts, search } = JSON.parse(readFileSync(join(output, "reports/run.json"), "utf8"));
    if (counts.images !== images) throw new Error(`Expected ${images} images in the reports, found ${counts.images}`);
    const seconds = (performance.now() - start) / 1000;
    return { images, seconds, peakMegabytes: peak, mainMegabytes: main, peakSeconds, pairs: search.pairs_found };
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/** Small coloured noise, no two alike. */
async function drawPictures(count: number, folder: string): Promise<void> {
  const limit = pLimit(2 * cpus().length);
  const draw = async (number: number) => {
    const random = new SeededRandom(1 + number);
    const pixels = Uint8Array.from({ length: 3 * COARSE * COARSE }, () => random.integer(0, 256));
    const raw = { width: COARSE, height: COARSE, channels: 3 } as const;
    const bytes = await sharp(pixels, { raw }).resize(SIDE, SIDE, { kernel: "cubic" }).jpeg({ quality: 70 }).toBuffer();
    const inside = join(folder, String(Math.floor(number / FOLDER_FILES)).padStart(3, "0"));
    writeFileSync(join(inside, `${String(number).padStart(6, "0")}.jpg`), bytes);
  };
  for (let first = 0; first < count; first += FOLDER_FILES) {
    mkdirSync(join(folder, String(first / FOLDER_FILES).padStart(3, "0")), { recursive: true });
    const numbers = Array.from({ length: Math.min(FOLDER_FILES, count - first) }, (_, i) => first + i);
    await Promise.all(numbers.map((number) => limit(() => draw(number))));
  }
}
