import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SeededRandom } from "#base/seeded-random.ts";
import { HttpClient, idInPath } from "../support/http-client.ts";
import { RunningServer } from "../support/running-server.ts";
import { peakMegabytes, residentMegabytes } from "./process-tree.ts";
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

/** Half of the questions are asked before numpy's turn and half after it, so that both meet the same machine. */
export async function similarCase(name: string, asked: SimilarCase, numpy: Numpy, tell: (line: string) => void) {
  const folder = await asked.folder();
  const server = await RunningServer.start(serveFlags(folder, asked.metric));
  const client = new HttpClient(server.address, 1);
  try {
    const rows = someRows(asked.rows, ASKED + WARM_UP, 11);
    const [first] = await timed(client, rows.slice(0, 1), asked.limits[0]);
    for (const limit of asked.limits) await timed(client, rows.slice(ASKED), limit);
    const ours = new Map<number, number[]>(asked.limits.map((limit) => [limit, []]));
    const ask = async (part: readonly number[]) => {
      for (const [limit, seconds] of ours) seconds.push(...(await timed(client, part, limit)));
    };
    await ask(rows.slice(0, ASKED / 2));
    const theirs = new Map<number, NumpyAnswers>();
    for (const limit of asked.limits) theirs.set(limit, await numpyAnswers(folder, rows, { ...asked, limit }, numpy));
    await ask(rows.slice(ASKED / 2, ASKED));
    for (const [limit, { answers }] of theirs) await refuseWrongAnswers(client, answers, limit);
    const alone = await healthSeconds(client);
    const memory = { residentMegabytes: rounded(residentMegabytes(server.pid)[0]), peak: peakMegabytes(server.pid) };
    const limits = asked.limits.map((limit) => {
      const [mine, peer] = [ours.get(limit) as number[], theirs.get(limit) as NumpyAnswers];
      const ratio = median(peer.seconds) / median(mine);
      const spread = `p90 ${inMilliseconds(quantile(mine, 0.9))}`;
      tell(
        `${name}, limit ${limit}: ${inMilliseconds(median(mine))} (${spread}) · numpy ${inMilliseconds(median(peer.seconds))} · ${verdict(ratio, asked)}`,
      );
      return {
        limit,
        ...{ medianSeconds: median(mine), p90: quantile(mine, 0.9), slowest: Math.max(...mine) },
        ...{ numpyMedianSeconds: median(peer.seconds), ratio: rounded(ratio), must: asked.must, hoped: asked.hoped },
      };
    });
    const [peer] = theirs.values();
    tell(
      `${name}: opens in ${rounded(server.openSeconds)} s, ${rounded(memory.peak)} MB · numpy ${rounded(peer.openSeconds)} s, ${peer.peakMegabytes} MB · an empty answer takes ${inMilliseconds(alone)}`,
    );
    return {
      ...{ limits, openSeconds: server.openSeconds, firstAnswerSeconds: first, healthSeconds: alone, memory },
      numpy: { openSeconds: peer.openSeconds, peakMegabytes: peer.peakMegabytes },
    };
  } finally {
    client.close();
    await server.stop();
  }
}

/** The output folder is of this run alone: nothing of an earlier one is served. */
export function serveFlags(folder: string, metric: "l2" | "cosine"): string[] {
  return ["--features", folder, "--metric", metric, "--output", emptyOutput()];
}

export function emptyOutput(): string {
  const output = join(tmpdir(), "twinsift-bench", "serve-output");
  if (!existsSync(output)) mkdirSync(output, { recursive: true });
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

/** Numpy's answers for some of the rows. */
export function numpyAnswers(
  folder: string,
  rows: readonly number[],
  { metric, limit }: { metric: "l2" | "cosine"; limit: number },
  numpy: Numpy,
): Promise<NumpyAnswers> {
  const file = join(emptyOutput(), "rows.json");
  writeFileSync(file, JSON.stringify(rows.slice(0, ASKED_OF_NUMPY)));
  const how = metric === "cosine" ? "cosine" : "scan";
  return askNumpy(numpy, [how, join(folder, "0000.features.npy"), file, String(limit)]);
}

async function timed(client: HttpClient, rows: readonly number[], limit: number): Promise<number[]> {
  const seconds: number[] = [];
  for (const row of rows) {
    const start = performance.now();
    const { similarImages } = await similarTo(client, madeId(row), limit);
    seconds.push((performance.now() - start) / 1000);
    const own = similarImages.find(({ objectId }) => objectId === madeId(row));
    if (similarImages.length !== limit || own === undefined || own.distance > SAME_DIRECTION) {
      throw new Error(`Expected ${limit} images with ${madeId(row)} itself at 0, found ${similarImages.length}`);
    }
  }
  return seconds;
}

export function similarTo(client: HttpClient, objectId: string, limit: number): Promise<SimilarAnswer> {
  return client.json<SimilarAnswer>(`/similar/${idInPath(objectId)}?limit=${limit}`);
}

async function healthSeconds(client: HttpClient): Promise<number> {
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
