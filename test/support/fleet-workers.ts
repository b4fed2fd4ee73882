import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A worker as a process of its own. */
export interface WorkerProcess {
  readonly process: ChildProcess;
  readonly pid: number;
  /** The tasks it told of, in their order. */
  readonly tasks: readonly { readonly kind: string; readonly name: string; readonly outcome: string }[];
  stderr(): string;
  /** Settles when it has ended. */
  readonly ended: Promise<number | null>;
}

/** Starts `npm run worker -- …args` without npm in between; it is killed when the test ends. */
export function startWorker(args: readonly string[], env: Readonly<Record<string, string>> = {}): WorkerProcess {
  const command = ["src/start/start.mjs", "src/commands/worker.ts", "--log-format", "json", ...args];
  const child = spawn(process.execPath, command, { cwd: ROOT, env: { ...process.env, ...env } });
  const tasks: WorkerProcess["tasks"][number][] = [];
  let [stderr, line] = ["", ""];
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
    line += chunk;
    const lines = line.split("\n");
    line = lines.pop() as string;
    for (const each of lines) if (each.includes('"event":"task"')) tasks.push(JSON.parse(each));
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { process: child, pid: child.pid as number, tasks, stderr: () => stderr, ended };
}

/** The bytes of every report but run.json, which tells of times and of the machine. */
export async function reportsOf(output: string): Promise<Record<string, Buffer>> {
  const reports: Record<string, Buffer> = {};
  const folder = join(output, "reports");
  for (const name of (await readdir(folder)).sort())
    if (name !== "run.json") reports[name] = await readFile(join(folder, name));
  return reports;
}
