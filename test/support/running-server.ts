import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** `npm run serve -- …args` as a process of its own, without npm in between. */
export class RunningServer {
  /** Such as `http://127.0.0.1:8080/`. */
  readonly address: string;
  /** From its start until it can be asked. */
  readonly openSeconds: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<{ exitCode: number | null; stderr: string }>;
  #isStopped = false;

  private constructor(child: ChildProcess, ended: RunningServer["end"], address: string, openSeconds: number) {
    this.#child = child;
    this.#ended = ended;
    this.address = address;
    this.openSeconds = openSeconds;
    ended.then(({ exitCode, stderr }) => {
      // who asks it only sees broken connections
      if (!this.#isStopped) process.stderr.write(`The server ended with ${exitCode} by itself: ${stderr}`);
    });
  }

  /** @throws Error when it ends before it can be asked */
  static async start(args: readonly string[]): Promise<RunningServer> {
    const start = performance.now();
    const file = ["src/start/start.mjs", "src/commands/serve.ts", "--port", "0"];
    const child = spawn(process.execPath, [...file, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<{ exitCode: number | null; stderr: string }>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (exitCode) => resolve({ exitCode, stderr }));
    });
    const address = new Promise<string>((resolve) => {
      child.stdout.on("data", (chunk) => {
        stdout += chunk;
        const told = /^twinsift serves .+ at (http:\S+)$/m.exec(stdout);
        if (told) resolve(told[1]);
      });
    });
    const failed = ended.then(({ exitCode }) => {
      throw new Error(`The server ended with ${exitCode} before it could be asked: ${stderr}`);
    });
    const told = await Promise.race([address, failed]);
    return new RunningServer(child, ended, told, (performance.now() - start) / 1000);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get end(): Promise<{ exitCode: number | null; stderr: string }> {
    return this.#ended;
  }

  /** Asks it to end, and waits until it has. */
  stop(): Promise<{ exitCode: number | null; stderr: string }> {
    this.#isStopped = true;
    this.#child.kill("SIGTERM");
    return this.#ended;
  }
}
