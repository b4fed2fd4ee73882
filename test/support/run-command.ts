import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Asked every few milliseconds, with the process's number; true sends SIGINT, once. */
  readonly interruptWhen?: (pid: number) => boolean;
  /** Undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Runs one of the commands as a process of its own, without npm in between. */
export function runCommand(file: string, args: readonly string[]): Promise<CommandResult> {
  return runScript(file, args, {});
}

/**
 * Runs `npm run pipeline -- …args` as a process of its own, without npm in between.
 *
 */
export function runPipelineCommand(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return runScript("pipeline/main.ts", args, options);
}

function runScript(file: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const env = { ...process.env, ...options.env };
  const child = spawn(process.execPath, ["src/start/start.mjs", file, ...args], { cwd: ROOT, env });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const watch = setInterval(() => {
    if (!options.interruptWhen?.(child.pid as number)) return;
    clearInterval(watch);
    child.kill("SIGINT");
  }, 5);
  return new Promise<CommandResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => {
      clearInterval(watch);
      resolve({ exitCode, stdout, stderr });
    });
  });
}
