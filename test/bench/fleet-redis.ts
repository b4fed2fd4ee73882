import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";

const START_MS = 10_000;

/** Debian's redis-server at a free port, which keeps nothing on disk. */
export class BenchRedis {
  readonly url: string;
  readonly #port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "twinsift-bench-redis-"));
  #child: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `redis://127.0.0.1:${port}/0`;
  }

  static async start(): Promise<BenchRedis> {
    const redis = new BenchRedis(await freePort());
    await redis.#run();
    return redis;
  }

  /** Kills it; the next one at the same port knows nothing of what this one knew. */
  async restart(): Promise<void> {
    await this.#end("SIGKILL");
    await this.#run();
  }

  /** Bytes that it holds. */
  async usedBytes(): Promise<number> {
    const client = new Redis(this.url, { lazyConnect: true });
    try {
      return Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1]);
    } finally {
      client.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #run(): Promise<void> {
    const flags = ["--port", `${this.#port}`, "--bind", "127.0.0.1", "--save", "", "--dir", this.#folder];
    const child = spawn("redis-server", [...flags, "--maxmemory-policy", "noeviction"], { stdio: "ignore" });
    this.#child = child;
    const failed = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}`)));
    });
    failed.catch(() => undefined);
    await Promise.race([this.#untilItAnswers(), failed]);
  }

  async #untilItAnswers(): Promise<void> {
    const client = new Redis(this.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    client.on("error", () => undefined);
    try {
      const late = pause(START_MS, undefined, { ref: false });
      await Promise.race([client.ping(), late.then(() => Promise.reject(new Error(`No Redis at ${this.url}`)))]);
    } finally {
      client.disconnect();
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill(signal);
    await ended;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
