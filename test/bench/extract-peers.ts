import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import type { ModelPreset } from "#data/model-preset.ts";
import type { Step, StepResult } from "./extract-alone.ts";

// Debian's Python: another one may come first in PATH
const PYTHON = "/usr/bin/python3";
const PILLOW = fileURLToPath(new URL("./extract_pillow.py", import.meta.url));

/** Runs one step alone, as a process of its own. */
export function alone(step: Step): StepResult {
  const args = ["--import", "tsx", "test/bench/extract-alone.ts"];
  // sharp decodes in the threads of libuv
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(Math.max(4, cpus().length)) };
  // by stdin: ONNX Runtime crashes in a process with a command line of 30,000 characters
  const options = { env, input: JSON.stringify(step), maxBuffer: 1 << 28 };
  return JSON.parse(
    execFileSync(process.execPath, args, { ...options, encoding: "utf8", stdio: ["pipe", "pipe", "inherit"] }),
  );
}

/** Seconds an image that Python needs to make inputs of a model. */
export interface PillowResult {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly allCoresSeconds: number;
}

/** @throws Error where Debian's python3-pil or python3-numpy is missing */
export function pillow(files: readonly string[], preset: ModelPreset): PillowResult {
  const { width, height, layout, mean, deviation } = preset;
  const task = { files, width, height, layout, mean, deviation, cores: cpus().length };
  const input = JSON.stringify(task);
  return JSON.parse(execFileSync(PYTHON, [PILLOW], { input, encoding: "utf8", stdio: ["pipe", "pipe", "inherit"] }));
}

/** Whether Python has what `pillow` needs. */
export function hasPillow(): boolean {
  try {
    execFileSync(PYTHON, ["-c", "import PIL, numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
