import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alignedTable } from "#terminal/aligned-table.ts";
import type { OwnExtraction } from "./extract-ours.ts";
import { WORK } from "./extract-photos.ts";
import type { RunOptions, RunResult } from "./extract-run.ts";
import { sum } from "./process-tree.ts";

/** Whose time it is: shares of the processor time of the whole process tree. */
export interface JavaScriptShares {
  readonly how: "perf" | "profiles of V8";
  /** From the first fifth of the pictures to the last shard on disk. */
  readonly extracting: Readonly<Record<string, number>>;
  /** Known to perf alone: from the start of Node.js to its end. */
  readonly whole?: Readonly<Record<string, number>>;
}

const JAVASCRIPT = "JavaScript, interpreted or compiled";
const COLLECTOR = "garbage collection";
const V8 = "the rest of V8: compiling, parsing, passing messages";
const WASM = "WebAssembly";
const HERTZ = 999;

/** @throws Error when the run fails */
export function javaScriptShares(
  own: OwnExtraction,
  options: Omit<RunOptions, "output">,
  withPerf = hasPerf(),
): Promise<JavaScriptShares> {
  return withPerf ? byPerf(own, options) : byProfiles(own, options);
}

/** A table: the owners of the time, and their shares while pictures are extracted, and of the whole run. */
export function describeShares(name: string, { how, extracting, whole }: JavaScriptShares): string {
  const percent = (share: number | undefined) => (share === undefined ? "" : `${(100 * share).toFixed(1)} %`);
  const lines = Object.entries(extracting).map(([owner, share]) => [owner, percent(share), percent(whole?.[owner])]);
  const together = (of: JavaScriptShares["whole"]) => of && of[JAVASCRIPT] + of[COLLECTOR];
  lines.push(["JavaScript with its garbage collection", percent(together(extracting)), percent(together(whole))]);
  const notes = {
    perf: `perf, ${HERTZ} samples a second of all threads of all processes`,
    "profiles of V8": "V8's profiles of all threads over the processor time of all processes: shares at most",
  };
  return `\n${alignedTable([[name, "extracting", whole ? "whole run" : ""], ...lines], 1)}  (${notes[how]})`;
}

function hasPerf(): boolean {
  try {
    execFileSync("perf", ["record", "-q", "-k", "CLOCK_MONOTONIC", "-e", "cpu-clock", "-o", "/dev/null", "true"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

/** Samples of all threads: by the library that runs, and in Node.js itself by the name of the function. */
async function byPerf(own: OwnExtraction, options: Omit<RunOptions, "output">): Promise<JavaScriptShares> {
  const folder = mkdtempSync(join(WORK, "perf-"));
  const data = join(folder, "perf.data");
  const record = ["record", "-q", "-k", "CLOCK_MONOTONIC", "-F", String(HERTZ), "-e", "cpu-clock", "-o", data];
  try {
    // V8 tells perf the names of what it compiles, and writes logs that nobody reads into the working folder
    const wrap = { command: ["perf", ...record], env: { NODE_OPTIONS: "--perf-basic-prof" }, cwd: folder };
    const run = await own.run(options, undefined, wrap);
    const script = execFileSync("perf", ["script", "-i", data, "-F", "pid,tid,time,ip,sym,dso"], {
      ...{ encoding: "utf8", maxBuffer: 1 << 30 },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const samples = script.split("\n").flatMap((line) => parsed(line) ?? []);
    for (const pid of new Set(samples.map(({ pid }) => pid)))
      rmSync(join(tmpdir(), `perf-${pid}.map`), { force: true });
    const extracting = samples.filter(({ time }) => time >= run.from && time <= run.to);
    return { how: "perf", extracting: shares(extracting), whole: shares(samples) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Sample {
  readonly pid: number;
  /** Seconds, by the clock of process.hrtime. */
  readonly time: number;
  readonly owner: string;
}

function parsed(line: string): Sample | undefined {
  const found = /^\s*(\d+)\/\d+\s+([\d.]+):\s+[0-9a-f]+\s+(.*) \(([^()]*)\)$/.exec(line);
  if (!found) return undefined;
  const [, pid, time, symbol, library] = found;
  return { pid: Number(pid), time: Number(time), owner: ownerOf(symbol, library) };
}

const LIBRARIES: readonly (readonly [RegExp, string])[] = [
  [/kernel|vdso/, "kernel"],
  [/onnxruntime/, "ONNX Runtime"],
  [/sharp|vips/, "sharp and libvips"],
  [/\.so/, "C library"],
];

function ownerOf(symbol: string, library: string): string {
  const known = LIBRARIES.find(([pattern]) => pattern.test(library));
  if (known) return known[1];
  if (/wasm/i.test(symbol)) return WASM;
  // what V8 has compiled lies in memory that belongs to no file
  if (!/\/node[^/]*$/.test(library) || symbol.startsWith("Builtins_")) return JAVASCRIPT;
  if (/Scaveng|Mark(ing|Compact|er)|Sweep|Evacuat|internal::(Heap|NewSpace|PagedSpace|MemoryChunk)\b/.test(symbol))
    return COLLECTOR;
  return symbol.includes("v8::") ? V8 : "Node.js: files, hashes, messages";
}

function shares(samples: readonly Sample[]): Record<string, number> {
  const counts = new Map([JAVASCRIPT, COLLECTOR, V8, WASM].map((owner) => [owner, 0]));
  for (const { owner } of samples) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return Object.fromEntries([...counts].map(([owner, count]) => [owner, count / samples.length]));
}

/** Of every thread: where perf is missing. A thread that waits for a processor counts as one that runs, so it is a share at most. */
async function byProfiles(own: OwnExtraction, options: Omit<RunOptions, "output">): Promise<JavaScriptShares> {
  const folder = mkdtempSync(join(WORK, "profiles-"));
  try {
    const profiler = new URL("./javascript-profile.mjs", import.meta.url).href;
    const env = { NODE_OPTIONS: `--import=${profiler}`, TWINSIFT_PROFILES: folder };
    const run = await own.run(options, undefined, { env });
    const spans = readdirSync(folder).flatMap((name) => spansOf(join(folder, name), run));
    const processor = run.processorSeconds - run.fifth.processorSeconds;
    const share = (of: "javascript" | "collector" | "wasm") => sum(spans.map((span) => span[of])) / processor;
    const extracting = { [JAVASCRIPT]: share("javascript"), [COLLECTOR]: share("collector"), [WASM]: share("wasm") };
    return { how: "profiles of V8", extracting };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly javascript: number;
  readonly collector: number;
  readonly wasm: number;
}

/** Spans of a thread that lie within the extraction, for the most part. */
function spansOf(file: string, { from, to }: RunResult): Span[] {
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const spans = lines.map((line) => JSON.parse(line) as Span);
  return spans.filter((span) => {
    const middle = (span.from + span.to) / 2;
    return middle >= from && middle <= to;
  });
}
