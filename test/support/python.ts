import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Debian's Python, where its numpy package installs. */
const PYTHON = "/usr/bin/python3";

export const hasNumpy = spawnSync(PYTHON, ["-c", "import numpy"]).status === 0;

/** With Pillow too. */
export const hasPillow = spawnSync(PYTHON, ["-c", "import numpy, PIL"]).status === 0;

/** Runs a script; its last line on stdout is JSON. */
export function runPython(script: string, ...args: string[]): unknown {
  return answerOf(["-c", script, ...args]);
}

/** Runs a script of this folder; what it reads from stdin is JSON too. */
export function runPythonFile(name: string, input: unknown): unknown {
  return answerOf([fileURLToPath(new URL(name, import.meta.url))], JSON.stringify(input));
}

function answerOf(args: readonly string[], input = ""): unknown {
  const { status, stdout, stderr } = spawnSync(PYTHON, args, {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1) as string);
}
