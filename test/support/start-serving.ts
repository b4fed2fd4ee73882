import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Serving {
  readonly child: ChildProcess;
  /** What it said so far. */
  readonly said: { stdout: string; stderr: string };
  /** Its address, once it listens; undefined where it ended before. */
  readonly address: Promise<string | undefined>;
  readonly ended: Promise<{ exitCode: number | null; signal: string | null }>;
}

export interface ServingOptions {
  /** What each question takes. */
  readonly answerMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs `npm run serve` as a process of its own, on an index of three drawn pictures (a.png, b/c.png, d.png).
 *
 * @param folder where these are drawn
 */
export function startServing(
  folder: string,
  flags: readonly string[],
  { answerMs = 0, env = {} }: ServingOptions = {},
): Serving {
  const script = ["--import", "tsx", "test/support/serve-process.ts", folder, String(answerMs)];
  const child = spawn(process.execPath, [...script, ...flags], { cwd: ROOT, env: { ...process.env, ...env } });
  const said = { stdout: "", stderr: "" };
  child.stderr.on("data", (chunk) => {
    said.stderr += chunk;
  });
  const ended = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    child.on("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const address = new Promise<string | undefined>((resolve) => {
    child.stdout.on("data", (chunk) => {
      said.stdout += chunk;
      const [, found] = / at (\S+)\n/.exec(said.stdout) ?? [];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => resolve(undefined));
  });
  return { child, said, address, ended };
}
