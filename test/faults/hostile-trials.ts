import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { type RawAnswer, rawRequest } from "../support/raw-request.ts";
import { type Serving, startServing } from "../support/start-serving.ts";
import { hostilePictures } from "./hostile-pictures.ts";
import type { HostileRequest } from "./hostile-request.ts";
import { hostileRequests } from "./hostile-requests.ts";

const AT_ONCE = 24;
const GOOD_EVERY = 25;
/** Requests before memory is measured: what is loaded at first use is no leak. */
const WARM_UP = 104;
const MAX_BODY_BYTES = 2_000_000;
const SECRET = "SECRET-7d1f2c-of-the-disk";

export interface HostileResult {
  /** Answers by status; 0 where the connection was closed without one. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Of the server, in megabytes, garbage collected; before and after. */
  readonly residentMegabytes: readonly [number, number];
  /** The slowest answer to a good question between the others. */
  readonly slowestGoodSeconds: number;
  readonly problems: string[];
}

/**
 * Sends hostile requests to a server of its own, good ones between them, and holds every answer against what it must be.
 *
 * @param root an empty folder
 */
export async function hostileTrials(root: string, count: number, seed: number): Promise<HostileResult> {
  const secret = await plantSecrets(root);
  const config = join(root, "twinsift.json");
  const limits = { maxBodyBytes: MAX_BODY_BYTES, requestSeconds: 2, maxConcurrent: 4, maxWaiting: 64 };
  const extract = { maxPixels: 50_000_000, maxDecodedBytes: 200_000_000, maxSeconds: 5, maxMemory: 512 };
  await writeFile(config, JSON.stringify({ serve: limits, extract }));
  const temporary = join(root, "temporary");
  await mkdir(temporary);
  const flags = ["--port", "0", "--config", config];
  const serving = startServing(join(root, "pictures"), flags, { env: { TMPDIR: temporary } });
  try {
    const port = Number(new URL(String(await serving.address)).port);
    const scene = { secret, pictures: await hostilePictures(secret), maxBodyBytes: MAX_BODY_BYTES };
    await new Trials(port, root).send(hostileRequests(WARM_UP, seed + 1, scene));
    const before = await residentMegabytes(serving, port);
    const trials = new Trials(port, root);
    await trials.send(hostileRequests(count, seed, scene));
    const after = await residentMegabytes(serving, port);
    return { ...trials.result(serving), residentMegabytes: [before, after] };
  } finally {
    serving.child.kill("SIGKILL");
    await serving.ended;
  }
}

/** Beside the folder of pictures, and above it. */
async function plantSecrets(root: string): Promise<string> {
  const secret = join(root, "secret.txt");
  await mkdir(join(root, "pictures"));
  await writeFile(secret, SECRET);
  await writeFile(join(root, "secret.png"), SECRET);
  return secret;
}

class Trials {
  readonly #port: number;
  readonly #root: string;
  readonly #problems: string[] = [];
  readonly #statuses: Record<number, number> = {};
  #slowestGood = 0;

  constructor(port: number, root: string) {
    this.#port = port;
    this.#root = root;
  }

  async send(requests: readonly HostileRequest[]): Promise<void> {
    const turn = pLimit(AT_ONCE);
    const sending = requests.map((request, i) =>
      turn(async () => {
        this.#check(request, await rawRequest(this.#port, request.parts, request.options));
        if (i % GOOD_EVERY === 0) await this.#askWell();
      }),
    );
    await Promise.all(sending);
    await this.#askWell();
  }

  result({ said, child }: Serving): Omit<HostileResult, "residentMegabytes"> {
    if (child.exitCode !== null) this.#problems.push(`the server ended with ${child.exitCode}: ${said.stderr}`);
    if (said.stderr !== "") this.#problems.push(`the server took something for its own fault: ${said.stderr}`);
    return { statuses: this.#statuses, slowestGoodSeconds: this.#slowestGood, problems: this.#problems };
  }

  #check({ kind, parts, mayClose }: HostileRequest, { status, text, seconds }: RawAnswer): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    const wrong = (what: string) => {
      const start = Buffer.concat(parts.slice(0, 2).map((part) => Buffer.from(part))).toString("latin1", 0, 300);
      this.#problems.push(`${kind}: ${what}, for ${JSON.stringify(start)}: ${JSON.stringify(text.slice(0, 400))}`);
    };
    if (text.includes(SECRET)) wrong("the secret was told");
    if (text.includes(this.#root) && !namesIt(parts, this.#root)) wrong("a path of the disk was told");
    if (seconds > 15) wrong(`it took ${seconds} s`);
    if (status === 0 && !mayClose) wrong("no answer");
    if (status !== 0 && (status < 400 || status > 499)) wrong(`status ${status}`);
    if (status !== 0 && !/\{"error":".+"\}$/s.test(text)) wrong("no error was told");
  }

  async #askWell(): Promise<void> {
    const start = performance.now();
    const answer = await fetch(`http://127.0.0.1:${this.#port}/similar/b/c.png?limit=1`);
    const { similarImages } = (await answer.json()) as { similarImages?: { objectId: string; distance: number }[] };
    this.#slowestGood = Math.max(this.#slowestGood, (performance.now() - start) / 1000);
    if (similarImages?.[0]?.objectId !== "b/c.png") this.#problems.push(`a good question had ${answer.status}`);
  }
}

/** What was sent may be told in the answer. */
function namesIt([first]: HostileRequest["parts"], path: string): boolean {
  return String(first).replaceAll(/%2f/gi, "/").includes(path);
}

async function residentMegabytes({ child }: Serving, port: number): Promise<number> {
  for (let i = 0; i < 3; i++) {
    child.kill("SIGUSR2");
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]) / 2 ** 20;
}
