import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PLANNER = "pipeline/main.ts";
const WORKER = "src/commands/worker.ts";
/** Lines that tell why something failed. */
const KEPT_LINES = 20;
const READY_SECONDS = 60;

/** What a worker says of a task. */
export interface TaskLine {
  readonly name: string;
  readonly kind: string;
  readonly outcome: string;
  readonly seconds: number;
}

export interface FleetProcessOptions {
  /** The processor that it is bound to; all where undefined. */
  readonly processor?: number;
  /** Modules that are imported before the program. */
  readonly preload?: readonly string[];
}

/** A command of the program, the leader of a process group of its own. */
export class FleetProcess {
  readonly ended: Promise<number | null>;
  /** Tasks that it told of, so far. */
  readonly tasks: TaskLine[] = [];
  /** Seconds from the start to the end of a stage, by its name. */
  readonly stageEnds = new Map<string, number>();
  readonly #child: ChildProcess;
  readonly #start = performance.now();
  readonly #lines: string[] = [];
  #saysFirst: () => void = () => undefined;
  readonly #said = new Promise<void>((resolve) => {
    this.#saysFirst = resolve;
  });
  seconds = 0;

  private constructor(file: string, args: readonly string[], { processor, preload = [] }: FleetProcessOptions) {
    const imports = preload.flatMap((module) => ["--import", module]);
    const node = [process.execPath, ...imports, "src/start/start.mjs", file, ...args, "--log-format", "json"];
    const [command, ...rest] = processor === undefined ? node : ["taskset", "-c", `${processor}`, ...node];
    this.#child = spawn(command, rest, { cwd: ROOT, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", (line) => this.#hear(line));
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code) => {
        this.seconds = (performance.now() - this.#start) / 1000;
        this.#saysFirst();
        resolve(code);
      });
    });
  }

  static planner(args: readonly string[], options: FleetProcessOptions = {}): FleetProcess {
    return new FleetProcess(PLANNER, args, options);
  }

  static worker(url: string, output: string, args: readonly string[], options: FleetProcessOptions = {}): FleetProcess {
    return new FleetProcess(WORKER, ["--fleet", url, "--output", output, ...args], options);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Until it has said its first line. */
  async ready(): Promise<void> {
    const late = setTimeout(this.#saysFirst, READY_SECONDS * 1000);
    await this.#said;
    clearTimeout(late);
  }

  /** To the process and its children, as to a machine. */
  signalAll(signal: NodeJS.Signals): void {
    this.#signal(-(this.#child.pid as number), signal);
  }

  /** To the process alone. */
  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#signal(this.#child.pid as number, signal);
  }

  /** @throws Error with what it said last, unless it ended well */
  async endedWell(): Promise<void> {
    const code = await this.ended;
    if (code !== 0) throw new Error(`A run ended with ${code}: ${this.#lines.join("\n")}`);
  }

  async stop(): Promise<void> {
    if (this.isRunning) this.signal("SIGTERM");
    await this.ended;
  }

  #signal(pid: number, signal: NodeJS.Signals): void {
    try {
      process.kill(pid, signal);
    } catch {
      // it has ended by itself
    }
  }

  #hear(line: string): void {
    this.#saysFirst();
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    if (!line.startsWith("{")) return;
    const said = parsed(line);
    if (said.event === "task") this.tasks.push(said as unknown as TaskLine);
    if (said.event === "stage" && said.finished) this.stageEnds.set(String(said.stage), Number(said.end) / 1000);
  }
}

/** A line that was cut off by a kill says nothing. */
function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
