import { spawnSync } from "node:child_process";

/** Debian's Python, where its numpy package installs. */
const PYTHON = "/usr/bin/python3";

export const hasNumpy = spawnSync(PYTHON, ["-c", "import numpy"]).status === 0;

/** Runs a script; its last line on stdout is JSON. */
export function runPython(script: string, ...args: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(PYTHON, ["-c", script, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1) as string);
}
