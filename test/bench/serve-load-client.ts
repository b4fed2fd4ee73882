// Many clients at once, as a process of its own: ADDRESS ROWS CLIENTS SECONDS LIMIT. Each asks for one of ROWS made images after the other; none
// is asked for twice before all were, as a server may remember answers. Prints one JSON line when the time is over.
import { setTimeout as wait } from "node:timers/promises";
import { SeededRandom } from "#base/seeded-random.ts";
import { HttpClient, idInPath } from "../support/http-client.ts";
import { shuffled } from "./select-rows.ts";
import { quantile } from "./serve-figures.ts";
import { madeId, type SimilarAnswer } from "./serve-similar.ts";

const [address] = process.argv.slice(2);
const [rows, clients, seconds, limit] = process.argv.slice(3).map(Number);
const WARM_UP_MS = 2000;
/** One answer in so many is read; all are received. */
const READ_EVERY = 50;
const HEALTH_EVERY_MS = 50;

const latencies: number[] = [];
const health: number[] = [];
const problems = new Map<string, number>();
const order = shuffled([...Array(rows).keys()], new SeededRandom(5));
let asked = 0;
const http = new HttpClient(address, clients);
const other = new HttpClient(address, 1);
const start = performance.now() + WARM_UP_MS;
const end = start + seconds * 1000;

function refuse(problem: string): void {
  problems.set(problem, (problems.get(problem) ?? 0) + 1);
}

async function client(): Promise<void> {
  while (performance.now() < end) {
    const number = asked++;
    const objectId = madeId(order[number % rows]);
    const begin = performance.now();
    try {
      const { status, body } = await http.ask(`/similar/${idInPath(objectId)}?limit=${limit}`);
      if (begin >= start) latencies.push(performance.now() - begin);
      if (status !== 200) refuse(`status ${status}`);
      else if (number % READ_EVERY === 0) check(objectId, JSON.parse(body.toString()) as SimilarAnswer);
    } catch (error) {
      refuse(String(error));
    }
  }
}

function check(objectId: string, { queryObjectId, similarImages }: SimilarAnswer): void {
  const own = similarImages.find((image) => image.objectId === objectId);
  if (queryObjectId !== objectId || own?.distance !== 0 || similarImages.length !== limit) refuse("a wrong answer");
}

/** Whether the server's main thread is free meanwhile. */
async function watchHealth(): Promise<void> {
  while (performance.now() < end) {
    const begin = performance.now();
    const { status } = await other.ask("/healthz");
    if (begin >= start) health.push(performance.now() - begin);
    if (status !== 200) refuse(`status ${status} of /healthz`);
    await wait(HEALTH_EVERY_MS);
  }
}

const measured = wait(WARM_UP_MS).then(() => process.cpuUsage());
await Promise.all([watchHealth(), ...Array.from({ length: clients }, client)]);
const { user, system } = process.cpuUsage(await measured);
http.close();
other.close();
const figures = (all: readonly number[]) => ({
  p50: quantile(all, 0.5),
  p90: quantile(all, 0.9),
  p99: quantile(all, 0.99),
  slowest: all.reduce((most, value) => Math.max(most, value), 0),
});
const answers = { count: latencies.length, perSecond: latencies.length / seconds, ...figures(latencies) };
const processors = (user + system) / 1e6 / seconds;
console.log(JSON.stringify({ answers, health: figures(health), problems: [...problems], processors }));
