import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SeededRandom } from "#base/seeded-random.ts";
import { HttpClient, idInPath } from "../support/http-client.ts";
import { RunningServer } from "../support/running-server.ts";
import { peakMegabytes, residentMegabytes } from "./process-tree.ts";
import { WORK } from "./search.ts";
import { inMilliseconds, median, quantile, rounded, verdict } from "./serve-figures.ts";
import { askNumpy, type Numpy } from "./serve-numpy.ts";

/** What the server answers. */
export interface SimilarAnswer {
  readonly time: number;
  readonly queryObjectId: string | null;
  readonly similarImages: readonly { readonly objectId: string; readonly distance: number }[];
}

/** `GET /similar/<id>` over made features, one question at a time, beside numpy. */
export interface SimilarCase {
  /** One file of features, 0000.features.npy, whose row n has the id image-0000000n.jpg. */
  readonly folder: () => string | Promise<string>;
  readonly rows: number;
  readonly metric: "l2" | "cosine";
  readonly limits: readonly number[];
  readonly must: number;
  readonly hoped: number;
}

/** 1 − cosine of a vector with itself is rounded. */
const SAME_DIRECTION = 1e-12;
const ASKED = 200;
const WARM_UP = 40;
/** Numpy takes up to two seconds for each. */
const ASKED_OF_NUMPY = 20;

export interface NumpyAnswers {
  readonly openSeconds: number;
  readonly seconds: readonly number[];
  readonly answers: readonly { row: number; rows: readonly number[]; distances: readonly number[] }[];
  readonly peakMegabytes: number;
}

/**
 * Asks for images that were not asked for before, first for one limit, then for the next: half of them before numpy's turn and half after it, so that
 * both meet the same machine.
 */
export async function similarCase(name: string, asked: SimilarCase, numpy: Numpy, tell: (line: string) => void) {
  const folder = await asked.folder();
  const flags = serveFlags(folder, asked.metric, emptyOutput());
  // what makes queries quick is made by whoever comes first, and kept
  const first = await RunningServer.start(flags);
  await first.stop();
  const server = await RunningServer.start(flags);
  const client = new HttpClient(server.address, 1);
  try {
    const questions = new Questions(client, someRows(asked.rows, asked.limits.length * (WARM_UP + ASKED) + 1, 11));
    const [firstAnswerSeconds] = await questions.ask(1, asked.limits[0]);
    const limits: Record<string, unknown>[] = [];
    for (const limit of asked.limits) {
      await questions.ask(WARM_UP, limit);
      const before = await questions.ask(ASKED / 2, limit);
      const peer = await numpyAnswers(folder, asked, limit, numpy);
      const seconds = [...before, ...(await questions.ask(ASKED / 2, limit))];
      await refuseWrongAnswers(client, peer.answers, limit);
      const ratio = median(peer.seconds) / median(seconds);
      const [ours, theirs] = [median(seconds), median(peer.seconds)].map(inMilliseconds);
      const p90 = inMilliseconds(quantile(seconds, 0.9));
      tell(`${name}, limit ${limit}: ${ours} (p90 ${p90}) · numpy ${theirs} · ${verdict(ratio, asked)}`);
      const { answers: _, seconds: all, ...opened } = peer;
      limits.push({
        ...{ limit, medianSeconds: median(seconds), p90: quantile(seconds, 0.9), slowest: Math.max(...seconds) },
        numpy: { ...opened, medianSeconds: median(all) },
        ...{ ratio: rounded(ratio), must: asked.must, hoped: asked.hoped },
      });
    }
    const healthSeconds = await medianHealth(client);
    const peak = peakMegabytes(server.pid);
    const opened = `opens in ${rounded(server.openSeconds)} s, at first in ${rounded(first.openSeconds)} s`;
    tell(
      `${name}: ${opened}; ${rounded(peak)} MB at most; first answer ${inMilliseconds(firstAnswerSeconds)}, /healthz ${inMilliseconds(healthSeconds)}`,
    );
    const memory = { residentMegabytes: rounded(residentMegabytes(server.pid)[0]), peakMegabytes: rounded(peak) };
    const opening = { openSeconds: server.openSeconds, firstOpenSeconds: first.openSeconds };
    return { limits, ...opening, firstAnswerSeconds, healthSeconds, memory };
  } finally {
    client.close();
    await server.stop();
  }
}

/** Asks for one image after the other, for none twice: a server may remember answers. */
class Questions {
  readonly #client: HttpClient;
  readonly #rows: readonly number[];
  #asked = 0;

  constructor(client: HttpClient, rows: readonly number[]) {
    this.#client = client;
    this.#rows = rows;
  }

  /** Seconds that each of the next answers took. */
  async ask(count: number, limit: number): Promise<number[]> {
    const seconds: number[] = [];
    for (const row of this.#rows.slice(this.#asked, this.#asked + count)) {
      const start = performance.now();
      const { similarImages } = await similarTo(this.#client, madeId(row), limit);
      seconds.push((performance.now() - start) / 1000);
      const own = similarImages.find(({ objectId }) => objectId === madeId(row));
      if (similarImages.length !== limit || own === undefined || own.distance > SAME_DIRECTION) {
        throw new Error(`Expected ${limit} images with ${madeId(row)} itself at 0, found ${similarImages.length}`);
      }
    }
    this.#asked += count;
    return seconds;
  }
}

export function serveFlags(folder: string, metric: "l2" | "cosine", output: string): string[] {
  return ["--features", folder, "--metric", metric, "--output", output];
}

/** Nothing is kept there of what came before. */
export function emptyOutput(): string {
  const output = join(WORK, "serve-output");
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  return output;
}

export function madeId(row: number): string {
  return `image-${String(row).padStart(8, "0")}.jpg`;
}

/** Different rows, the same for the same seed. */
export function someRows(rowCount: number, count: number, seed: number): number[] {
  const random = new SeededRandom(seed);
  const rows = new Set<number>();
  while (rows.size < count) rows.add(random.integer(0, rowCount));
  return [...rows];
}

/** Numpy's answers for some images. */
export function numpyAnswers(
  folder: string,
  { rows, metric }: Pick<SimilarCase, "rows" | "metric">,
  limit: number,
  numpy: Numpy,
): Promise<NumpyAnswers> {
  const file = join(WORK, "asked-rows.json");
  writeFileSync(file, JSON.stringify(someRows(rows, ASKED_OF_NUMPY, 12)));
  const how = metric === "cosine" ? "cosine" : "scan";
  return askNumpy(numpy, [how, join(folder, "0000.features.npy"), file, String(limit)]);
}

export function similarTo(client: HttpClient, objectId: string, limit: number): Promise<SimilarAnswer> {
  return client.json<SimilarAnswer>(`/similar/${idInPath(objectId)}?limit=${limit}`);
}

/** What an answer takes that nothing is looked for. */
async function medianHealth(client: HttpClient): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < ASKED; i++) {
    const start = performance.now();
    await client.ask("/healthz");
    seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds);
}

/** The images must be the same but where numpy's float32 cannot tell two distances apart. */
async function refuseWrongAnswers(client: HttpClient, answers: NumpyAnswers["answers"], limit: number): Promise<void> {
  const tolerance = 2e-5;
  for (const { row, rows, distances } of answers) {
    const { similarImages } = await similarTo(client, madeId(row), limit);
    const found = new Map(similarImages.map(({ objectId, distance }) => [objectId, distance]));
    const last = similarImages[similarImages.length - 1].distance;
    for (const [i, theirs] of rows.entries()) {
      const ours = found.get(madeId(theirs)) ?? Math.max(last, distances[i]);
      if (Math.abs(ours - distances[i]) > tolerance) {
        throw new Error(`${madeId(row)}: numpy found ${madeId(theirs)} at ${distances[i]}, the server at ${ours}`);
      }
    }
  }
}
