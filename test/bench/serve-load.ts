import { execFile } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { RunningServer } from "../support/running-server.ts";
import { peakMegabytes, processorSeconds } from "./process-tree.ts";
import { median, rounded } from "./serve-figures.ts";
import type { Numpy } from "./serve-numpy.ts";
import { emptyOutput, numpyAnswers, type SimilarCase, serveFlags } from "./serve-similar.ts";

const CLIENTS = 32;
const SECONDS = 60;
const LIMIT = 100;
/** Largest p99 as a multiple of p50. */
const [MUST, HOPED] = [8, 4];

interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly slowest: number;
}

/** What serve-load-client.ts prints; times in ms. */
interface ClientFigures {
  readonly answers: Percentiles & { readonly count: number; readonly perSecond: number };
  readonly health: Percentiles;
  readonly problems: readonly (readonly [string, number])[];
  /** How many processors the clients kept busy. */
  readonly processors: number;
}

/** Many clients at once, each with a question that follows on the last answer; beside numpy, which answers one after the other. */
export async function loadCase(
  name: string,
  asked: Pick<SimilarCase, "folder" | "rows" | "metric">,
  numpy: Numpy,
  tell: (line: string) => void,
) {
  const folder = await asked.folder();
  const server = await RunningServer.start(serveFlags(folder, asked.metric, emptyOutput()));
  try {
    const clients = runClients(server.address, asked.rows);
    // as the clients do, who warm up
    const before = await wait(3000).then(() => processorSeconds(server.pid));
    const begin = performance.now();
    await wait(SECONDS * 900);
    const busy = ((processorSeconds(server.pid) - before) * 1000) / (performance.now() - begin);
    const { answers, health, problems, processors } = await clients;
    const peer = await numpyAnswers(folder, asked, LIMIT, numpy);
    const plainly = 1 / median(peer.seconds);
    const ratio = answers.p99 / answers.p50;
    const errors = problems.reduce((sum, [, count]) => sum + count, 0);
    const reached = ratio <= HOPED ? "hoped for" : ratio <= MUST ? "reached" : "MISSED";
    tell(
      `${name}: ${CLIENTS} clients, ${SECONDS} s: ${rounded(answers.perSecond)} answers/s (numpy, one by one: ${rounded(plainly)}), ${errors} errors · p50 ${rounded(answers.p50)} ms, p99 ${rounded(answers.p99)} ms: ${rounded(ratio)}× (must ${MUST}×, hoped ${HOPED}×: ${reached})`,
    );
    tell(
      `${name}: /healthz meanwhile p50 ${rounded(health.p50)} ms, p99 ${rounded(health.p99)} ms · processors: server ${rounded(busy)}, clients ${rounded(processors)}`,
    );
    for (const [problem, count] of problems) tell(`${name}: ${count} × ${problem}`);
    if (errors > 0) throw new Error(`${name}: expected no errors, found ${errors}, first ${problems[0][0]}`);
    const figures = { answers, health, processors: { server: busy, clients: processors }, p99OverP50: ratio };
    return { clients: CLIENTS, seconds: SECONDS, ...figures, numpyPerSecond: plainly, peak: peakMegabytes(server.pid) };
  } finally {
    await server.stop();
  }
}

async function runClients(address: string, rows: number): Promise<ClientFigures> {
  const args = ["--import", "tsx", "test/bench/serve-load-client.ts", address];
  const numbers = [rows, CLIENTS, SECONDS, LIMIT].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...numbers]);
  return JSON.parse(stdout) as ClientFigures;
}
