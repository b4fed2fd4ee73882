import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { groupMemory } from "./group-memory.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MEMORY_EVERY_MS = 50;

/** How a run ended, and what it said. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** True when it was killed because it took longer than it may. */
  readonly timedOut: boolean;
  /** Bytes that the process and its children held together at most; 0 where this is not Linux. */
  readonly peakBytes: number;
}

export interface StartOptions {
  /** A command other than the pipeline. */
  readonly command?: "src/commands/apply.ts" | "src/commands/undo.ts";
  /** Modules that are imported before the program. */
  readonly preload?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A run that takes longer is killed. */
  readonly limitSeconds?: number;
}

/** `npm run pipeline -- …args`, or another command, as the leader of a process group of its own, so that it can be killed with its children. */
export class PipelineProcess {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;

  constructor(args: readonly string[], options: StartOptions = {}) {
    const imports = (options.preload ?? []).flatMap((module) => ["--import", module]);
    this.#child = spawn(
      process.execPath,
      [...imports, "src/start/start.mjs", options.command ?? "pipeline/main.ts", ...args],
      {
        cwd: ROOT,
        detached: true,
        env: { ...process.env, ...options.env },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.ended = this.#watch(options.limitSeconds ?? 300);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Kills the whole group at once, as nothing can prevent. */
  kill(): void {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // it has ended by itself
    }
  }

  #watch(limitSeconds: number): Promise<ProcessEnd> {
    const start = performance.now();
    const said = { stdout: "", stderr: "" };
    this.#child.stdout?.on("data", (chunk) => {
      said.stdout += chunk;
    });
    this.#child.stderr?.on("data", (chunk) => {
      said.stderr += chunk;
    });
    let peakBytes = 0;
    const memory = setInterval(() => {
      peakBytes = Math.max(peakBytes, groupMemory(this.pid));
    }, MEMORY_EVERY_MS);
    let timedOut = false;
    const limit = setTimeout(() => {
      timedOut = true;
      this.kill();
    }, limitSeconds * 1000);
    return new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (exitCode, signal) => {
        clearInterval(memory);
        clearTimeout(limit);
        const seconds = (performance.now() - start) / 1000;
        resolve({ exitCode, signal, ...said, seconds, timedOut, peakBytes });
      });
    });
  }
}

/** Runs the pipeline to its end. */
export function runPipelineProcess(args: readonly string[], options: StartOptions = {}): Promise<ProcessEnd> {
  return new PipelineProcess(args, options).ended;
}

/** The last line on stderr that says something. */
export function lastLine({ stderr }: Pick<ProcessEnd, "stderr">): string {
  return stderr.trim().split("\n").at(-1) ?? "";
}

/** The stage that a run with `--log-format json` reported last. */
export function lastStage({ stderr }: Pick<ProcessEnd, "stderr">): string {
  const stages = [...stderr.matchAll(/"event":"stage","stage":"([^"]+)"/g)];
  return stages.at(-1)?.[1] ?? "start";
}
