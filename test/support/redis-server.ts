import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";

export const HAS_REDIS = spawnSync("redis-server", ["--version"]).status === 0;
if (!HAS_REDIS) process.stderr.write("Skipped what needs redis-server, which is not installed\n");

export interface RedisServerOptions {
  readonly password?: string;
  /** noeviction unless it says otherwise. */
  readonly policy?: string;
  /** Whether it still knows everything after `kill` and `restart`. */
  readonly persistent?: boolean;
  readonly port?: number;
}

export interface RedisServer {
  /** With the password, if there is one. */
  readonly url: string;
  readonly port: number;
  /** Ends it as a system that shuts down does; its folder goes too. */
  stop(): Promise<void>;
  /** As a power cut does. */
  kill(): Promise<void>;
  /** At the same port; kills it first where it runs. */
  restart(): Promise<void>;
}

/** A Redis of its own on this machine, at a free port, with an empty folder. It answers when this returns. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), "twinsift-redis-"));
  const url = `redis://${options.password === undefined ? "" : `:${encodeURIComponent(options.password)}@`}127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn("redis-server", flagsOf(options, port, folder), { stdio: "ignore" });
    await untilItAnswers(url);
  };
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((resolve) => ending.once("close", resolve));
    ending.kill(signal);
    await ended;
  };
  await start();
  return {
    url,
    port,
    stop: async () => {
      await end("SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
    kill: () => end("SIGKILL"),
    restart: async () => {
      await end("SIGKILL");
      await start();
    },
  };
}

function flagsOf({ password, policy, persistent }: RedisServerOptions, port: number, folder: string): string[] {
  const flags = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  if (persistent) flags.push("--appendonly", "yes", "--appendfsync", "always");
  if (password !== undefined) flags.push("--requirepass", password);
  if (policy !== undefined) flags.push("--maxmemory", "64mb", "--maxmemory-policy", policy);
  return flags;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function untilItAnswers(url: string): Promise<void> {
  const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on("error", () => undefined);
  try {
    const late = pause(10_000, undefined, { ref: false }).then(() => Promise.reject(new Error(`No Redis at ${url}`)));
    await Promise.race([client.ping(), late]);
  } finally {
    client.disconnect();
  }
}
