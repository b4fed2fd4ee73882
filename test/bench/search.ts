import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseNpyHeader } from "#npy/npy-header.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";

// All-pairs search beside faiss and numpy, each in a process of its own, in one run on one machine. Needs ../shared, Debian's
// python3-numpy, and python3-faiss for faiss. Options: names of cases, `--no-faiss`, `--no-peers`; without names all but the largest.

export const SHARED = resolve("../shared");
export const WORK = join(tmpdir(), "twinsift-bench");
const PYTHON = "/usr/bin/python3";

interface Case {
  readonly model: "mobilenet_v2_100_224" | "mobilenet_v3_small_100_224" | "gaussian-512";
  readonly rows: number;
  readonly threshold: number;
  readonly peers: boolean;
  /** Rows that come when all others have been compared. */
  readonly lastRows?: number;
  /** Megabytes. */
  readonly limitMemory?: number;
}

const MADE_1024 = { model: "mobilenet_v3_small_100_224" } as const;

const CASES: Readonly<Record<string, Case>> = {
  "1280-0.6": { model: "mobilenet_v2_100_224", rows: 100_000, threshold: 0.6, peers: true },
  "1024-0.6": { model: "mobilenet_v3_small_100_224", rows: 100_000, threshold: 0.6, peers: true },
  "1280-0.9": { model: "mobilenet_v2_100_224", rows: 100_000, threshold: 0.9, peers: true },
  "1024-0.9": { model: "mobilenet_v3_small_100_224", rows: 100_000, threshold: 0.9, peers: true },
  gaussian: { model: "gaussian-512", rows: 100_000, threshold: 1, peers: true },
  "growth-50k": { model: "mobilenet_v3_small_100_224", rows: 50_000, threshold: 0.6, peers: false },
  "growth-200k": { model: "mobilenet_v3_small_100_224", rows: 200_000, threshold: 0.6, peers: false },
  "add-1-percent": { ...MADE_1024, rows: 100_000, threshold: 0.6, peers: false, lastRows: 1000 },
  million: { ...MADE_1024, rows: 1_000_000, threshold: 0.6, peers: false, limitMemory: 4000 },
};

/** What search-run.ts prints, beside what self_join.py prints. */
interface CaseResult {
  readonly case: string;
  readonly ours: {
    seconds: number;
    oldSeconds: number;
    lastSeconds: number;
    pairs: number;
    width: number;
    peakRssMegabytes: number;
  };
  readonly peers?: { faiss_range_search_seconds?: number; numpy_triangle_seconds: number; numpy_pairs: number };
}

export async function bench(args: readonly string[]): Promise<unknown> {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const results: CaseResult[] = [];
  console.error(`${cpus().length} × ${cpus()[0].model}, Node.js ${process.version}`);
  for (const [name, wanted] of Object.entries(CASES)) {
    if (names.length > 0 ? !names.includes(name) : name === "million") continue;
    const folder = featureFolder(wanted);
    const script = ["--import", "tsx", "test/bench/search-run.ts", folder, String(wanted.threshold)];
    const limits = ["--last-rows", String(wanted.lastRows ?? 0), "--limit-memory", String(wanted.limitMemory ?? 6000)];
    const ours = JSON.parse(run(process.execPath, [...script, ...limits]));
    const result: CaseResult = {
      case: name,
      ours,
      ...(wanted.peers && !args.includes("--no-peers") ? { peers: peers(folder, wanted, args) } : {}),
    };
    refuseWrongPairs(result);
    console.error(describe(result));
    results.push(result);
  }
  return results;
}

/** A folder with features of a model over real photos, stretched to many rows, or with drawn ones. */
export function featureFolder({ model, rows }: Pick<Case, "model" | "rows">): string {
  return whole(join(WORK, `${model}-${rows}`), rows, (file) => {
    if (model === "gaussian-512") run(PYTHON, ["-c", GAUSSIAN, String(rows), file]);
    else run(PYTHON, [join(SHARED, "peers/make_features.py"), realFeatures(model), String(rows), file]);
  });
}

/** A folder with 0000.features.npy and its ids, made once. */
export function whole(folder: string, rows: number, write: (file: string) => void): string {
  const features = join(folder, "0000.features.npy");
  if (existsSync(features)) return folder;
  mkdirSync(folder, { recursive: true });
  const unfinished = join(folder, "unfinished.npy");
  write(unfinished);
  const ids = Array.from({ length: rows }, (_, i) => `image-${String(i).padStart(8, "0")}.jpg`);
  writeFileSync(join(folder, "0000.object_ids.npy"), formatUnicodeArray(ids));
  renameSync(unfinished, features);
  return folder;
}

const GAUSSIAN = `
import sys, numpy as np
x = np.random.default_rng(1).standard_normal((int(sys.argv[1]), 512), dtype='f4')
np.save(sys.argv[2], x / np.linalg.norm(x, axis=1, keepdims=True))`;

/** Features of ../shared/material/photos by one of its models. */
export function realFeatures(model: string): string {
  const output = join(WORK, `photos-${model}`);
  if (!existsSync(join(output, "index/index.json"))) {
    rmSync(output, { recursive: true, force: true });
    const file = join(SHARED, `material/models/${model}.onnx`);
    const flags = [
      "--images",
      join(SHARED, "material/photos"),
      "--model",
      file,
      "--candidates",
      "0",
      "--quiet",
      "--output",
      output,
    ];
    run(process.execPath, ["--import", "tsx", "pipeline/main.ts", ...flags]);
  }
  const features = join(output, "index/0000.features.npy");
  const { shape } = parseNpyHeader(readFileSync(features).subarray(0, 4096), features);
  if (shape[0] !== 1500) throw new Error(`Expected features of 1,500 photos in ${features}, found ${shape[0]}`);
  return features;
}

function peers(folder: string, { threshold }: Case, args: readonly string[]) {
  const script = [join(SHARED, "peers/self_join.py"), join(folder, "0000.features.npy"), String(threshold)];
  return JSON.parse(run(PYTHON, args.includes("--no-faiss") ? [...script, "--skip-faiss"] : script));
}

/** numpy works in float32, so pairs within rounding of the threshold may differ. */
function refuseWrongPairs({ case: name, ours, peers }: CaseResult): void {
  if (peers && Math.abs(ours.pairs - peers.numpy_pairs) > 2 + 1e-4 * peers.numpy_pairs) {
    throw new Error(`${name}: found ${ours.pairs} pairs, numpy ${peers.numpy_pairs}`);
  }
}

function describe({ case: name, ours, peers }: CaseResult): string {
  const ratio = (seconds: number | undefined) =>
    seconds === undefined ? "" : `${seconds} s (${(seconds / ours.seconds).toFixed(1)}×)`;
  const beside = peers
    ? ` · faiss ${ratio(peers.faiss_range_search_seconds)} · numpy ${ratio(peers.numpy_triangle_seconds)}`
    : "";
  if (ours.lastSeconds > 0.01) {
    const share = ((100 * ours.lastSeconds) / ours.oldSeconds).toFixed(1);
    return `${name}: ${ours.lastSeconds} s after ${ours.oldSeconds} s for the others (${share} %)`;
  }
  return `${name}: ${ours.seconds} s, ${ours.pairs} pairs, width ${ours.width}, ${ours.peakRssMegabytes} MB${beside}`;
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
}
