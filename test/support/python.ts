import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Debian's Python, where its numpy package installs. */
const PYTHON = "/usr/bin/python3";

export const hasNumpy = hasModules(PYTHON, "numpy");

/** With Pillow too. */
export const hasPillow = hasModules(PYTHON, "numpy, PIL");

/** A Python that reads COCO files as most programs do; undefined where there is none. */
export const COCO_PYTHON = [PYTHON, "python3"].find((python) => hasModules(python, "pycocotools.coco"));

export const hasPython = hasModules(PYTHON, "json");

/** With PyYAML too. */
export const hasYaml = hasModules(PYTHON, "yaml");

function hasModules(python: string, names: string): boolean {
  return spawnSync(python, ["-c", `import ${names}`]).status === 0;
}

/** Runs a script; its last line on stdout is JSON. */
export function runPython(script: string, ...args: string[]): unknown {
  return answerOf(["-c", script, ...args]);
}

/** Runs a script of this folder; what it reads from stdin is JSON too. */
export function runPythonFile(name: string, input: unknown, python = PYTHON): unknown {
  return answerOf([fileURLToPath(new URL(name, import.meta.url))], JSON.stringify(input), python);
}

function answerOf(args: readonly string[], input = "", python = PYTHON): unknown {
  const { status, stdout, stderr } = spawnSync(python, args, {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1) as string);
}
