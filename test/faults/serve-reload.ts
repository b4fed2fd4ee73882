import { setTimeout as wait } from "node:timers/promises";
import { HttpClient, idInPath } from "../support/http-client.ts";
import { RunningServer } from "../support/running-server.ts";
import { allAnswers, ReloadClients } from "./reload-clients.ts";
import { type ImageChange, ServedImages } from "./served-images.ts";

/** What came of replacing an index again and again while it was served. */
export interface ReloadTrial {
  readonly answers: number;
  /** Of these: asked for an image that a run took away, or had not brought yet. */
  readonly notFound: number;
  /** Seconds from the end of each run until the server answered from it. */
  readonly reloadSeconds: readonly number[];
  readonly problems: readonly string[];
}

interface ReloadOptions {
  readonly images: number;
  readonly replacements: number;
  readonly clients: number;
  readonly onReplaced?: (number: number, seconds: number) => void;
}

const RELOADED_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 25;

/**
 * Runs the pipeline again and again on images that come and go, while a server answers for its output: no question may fail, each run must
 * be seen, and in the end the server must answer as one does that was started then.
 *
 * @param root an empty folder
 */
export async function reloadTrial(root: string, options: ReloadOptions): Promise<ReloadTrial> {
  const images = await ServedImages.begin(root, options.images);
  const server = await RunningServer.start(images.flags);
  const http = new HttpClient(server.address, options.clients + 1);
  const clients = new ReloadClients(http, images, options.clients);
  const asking = clients.askUntilStopped();
  const reloadSeconds: number[] = [];
  const problems: string[] = [];
  try {
    for (let number = 1; number <= options.replacements; number++) {
      const generation = await generationOf(http);
      const change = await images.change();
      clients.doubt([...change.gone, ...change.added]);
      await images.run();
      const start = performance.now();
      const missing = await untilServed(http, change, generation);
      if (missing !== undefined) problems.push(`replacement ${number}: ${missing}`);
      reloadSeconds.push((performance.now() - start) / 1000);
      options.onReplaced?.(number, reloadSeconds[number - 1]);
    }
    clients.stop();
    await asking;
    if (!(await sameAsFresh(http, images))) problems.push("a server that is started now answers otherwise");
    const { answers, notFound } = clients;
    return { answers, notFound, reloadSeconds, problems: [...clients.problems, ...problems] };
  } finally {
    clients.stop();
    await asking;
    http.close();
    await server.stop();
  }
}

/** Waits until another generation answers, with what came and without what went; what is missing after the time, if anything. */
async function untilServed(http: HttpClient, { gone, added }: ImageChange, before: string) {
  const end = performance.now() + RELOADED_WITHIN_MS;
  for (;;) {
    const missing = await notYetServed();
    if (missing === undefined || performance.now() > end) return missing;
    await wait(ASK_EVERY_MS);
  }

  async function notYetServed(): Promise<string | undefined> {
    if ((await generationOf(http)) === before) return `the generation is still ${before}`;
    for (const [ids, expected] of [[added, 200] as const, [gone, 404] as const]) {
      for (const id of ids) {
        const { status } = await http.ask(`/similar/${idInPath(id)}`);
        if (status !== expected) return `${id} is answered with ${status}, expected ${expected}`;
      }
    }
    return undefined;
  }
}

async function generationOf(http: HttpClient): Promise<string> {
  return (await http.json<{ generation: string }>("/healthz")).generation;
}

async function sameAsFresh(http: HttpClient, images: ServedImages): Promise<boolean> {
  const fresh = await RunningServer.start(images.flags);
  const other = new HttpClient(fresh.address, 4);
  try {
    const [served, expected] = await Promise.all([allAnswers(http, images.ids), allAnswers(other, images.ids)]);
    return served.every((answer, i) => answer === expected[i]);
  } finally {
    other.close();
    await fresh.stop();
  }
}
