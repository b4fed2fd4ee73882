import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { WORK } from "./extract-photos.ts";
import type { RunOptions, RunResult } from "./extract-run.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RUN = new URL("./extract-run.ts", import.meta.url);

/** Starts extractions: the program as it is shipped, compiled, each run a process of its own. */
export class OwnExtraction {
  readonly #script: string;

  private constructor(script: string) {
    this.#script = script;
  }

  /** Compiles the run with the program, as the program is at its first start: tsx would add its own start to every process. */
  static async compile(): Promise<OwnExtraction> {
    const { compile } = (await import(new URL("../../src/start/compile.mjs", import.meta.url).href)) as {
      compile: (
        root: string,
        sources: Map<string, Buffer>,
        folder: string,
      ) => Promise<{ path: string; contents: Uint8Array }[]>;
    };
    const names = ["pipeline", "src", "test/bench"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
    );
    const sources = new Map(
      ["package.json", ...names.filter((name) => /\.(ts|mjs)$/.test(name))].map((name) => {
        return [resolve(ROOT, name), readFileSync(join(ROOT, name))];
      }),
    );
    // below the package, where its dependencies are found
    const folder = join(ROOT, "node_modules/.cache/twinsift-bench");
    rmSync(folder, { recursive: true, force: true });
    for (const { path, contents } of await compile(ROOT, sources, folder)) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, contents);
    }
    return new OwnExtraction(join(folder, fileURLToPath(RUN).slice(ROOT.length).replace(/\.ts$/, ".mjs")));
  }

  /**
   * Extracts a folder into a new index.
   *
   * @param look gets the output folder before it is removed
   * @param wrap command in front of Node.js, variables of its environment, and where it works
   */
  async run(
    options: Omit<RunOptions, "output">,
    look: (output: string) => Promise<void> = async () => undefined,
    wrap: { command?: readonly string[]; env?: Record<string, string>; cwd?: string } = {},
  ): Promise<RunResult> {
    mkdirSync(WORK, { recursive: true });
    const output = mkdtempSync(join(WORK, "output-"));
    try {
      const argument = JSON.stringify({ ...options, output } satisfies RunOptions);
      const [command, ...args] = [...(wrap.command ?? []), process.execPath, this.#script, argument];
      const stdout = execFileSync(command, args, {
        ...{ cwd: wrap.cwd ?? ROOT, encoding: "utf8", maxBuffer: 1 << 28 },
        env: { ...process.env, ...wrap.env },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const result: RunResult = JSON.parse(stdout.trim().split("\n").at(-1) as string);
      await look(output);
      return result;
    } finally {
      rmSync(output, { recursive: true, force: true });
    }
  }
}
