import { join } from "node:path";
import { SeededRandom } from "#base/seeded-random.ts";
import { HttpClient, idInPath } from "../support/http-client.ts";
import { runCommand } from "../support/run-command.ts";
import { RunningServer } from "../support/running-server.ts";
import { WORK } from "./search.ts";
import { type DrawnImages, type DrawnKind, drawImages, drawQueries, writeImages } from "./serve-exact-data.ts";
import { rounded } from "./serve-figures.ts";
import type { Numpy } from "./serve-numpy.ts";
import { fault, Oracle } from "./serve-oracle.ts";
import { emptyOutput, type SimilarAnswer, serveFlags } from "./serve-similar.ts";

const KINDS: Readonly<Record<string, DrawnKind>> = {
  plain: { metric: "l2", rows: 20_000, dim: 98 },
  // more than there are numbers of them: most images have equals
  pixels: { metric: "l2", rows: 12_000, dim: 24, pixels: true },
  cosine: { metric: "cosine", rows: 20_000, dim: 98 },
  views: { metric: "l2", rows: 6000, dim: 64, views: 5 },
};

/** Of each kind: ids over HTTP, ids and vectors by the command. */
const [BY_HTTP, BY_COMMAND, VECTORS] = [250, 50, 250];
const LIMITS = [1, 7, 100, 500];

/** What is asked, and what the answers must be. */
interface Asked {
  readonly folder: string;
  readonly output: string;
  readonly images: DrawnImages;
  readonly oracle: Oracle;
}

/** Answers against a brute force in float64: ids, distances and their order. */
export async function exactCase(name: string, _: Numpy, tell: (line: string) => void) {
  const results: Record<string, unknown> = {};
  for (const [kind, drawn] of Object.entries(KINDS)) {
    const start = performance.now();
    const folder = join(WORK, `serve-exact-${kind}`);
    const images = drawImages(drawn);
    writeImages(folder, images);
    const asked: Asked = { folder, output: emptyOutput(), images, oracle: new Oracle(images) };
    const problems = [...(await askServer(asked)), ...(await askByIds(asked)), ...(await askByVectors(asked))];
    const questions = BY_HTTP + BY_COMMAND + VECTORS;
    const seconds = rounded((performance.now() - start) / 1000);
    tell(`${name}, ${kind}: ${questions} questions, ${problems.length} wrong answers, ${seconds} s`);
    if (problems.length > 0) throw new Error(`${name}, ${kind}: ${problems.slice(0, 5).join("\n")}`);
    results[kind] = { questions, wrong: 0, seconds };
  }
  return results;
}

async function askServer({ folder, output, images, oracle }: Asked): Promise<string[]> {
  const server = await RunningServer.start(serveFlags(folder, images.metric, output));
  const client = new HttpClient(server.address, 8);
  try {
    const rows = askedRows(images, BY_HTTP, 1);
    const answers = await Promise.all(
      rows.map((row, i) =>
        client.json<SimilarAnswer>(`/similar/${idInPath(images.ids[row])}?limit=${LIMITS[i % LIMITS.length]}`),
      ),
    );
    return problemsOf(answers, rows, images, (row, i) => oracle.nearestTo(row, LIMITS[i % LIMITS.length]));
  } finally {
    client.close();
    await server.stop();
  }
}

async function askByIds(asked: Asked): Promise<string[]> {
  const { images, oracle } = asked;
  const rows = askedRows(images, BY_COMMAND, 2);
  const ids = rows.map((row) => images.ids[row]);
  const answers = await search(asked, ["--limit", "20", "--json", "--", ...ids]);
  return problemsOf(answers, rows, images, (row) => oracle.nearestTo(row, 20));
}

async function askByVectors(asked: Asked): Promise<string[]> {
  const { images, oracle } = asked;
  const features = drawQueries(images, VECTORS);
  const ids = Array.from({ length: VECTORS }, (_, i) => `query ${i}`);
  const queries = `${asked.folder}-queries`;
  writeImages(queries, { ids, features, views: undefined });
  const answers = await search(asked, ["--limit", "50", "--json", "--queries", queries]);
  return problemsOf(answers, [...ids.keys()], { ...images, ids }, (query) => oracle.nearest(features, query, 50));
}

async function search({ folder, output, images }: Asked, flags: readonly string[]): Promise<SimilarAnswer[]> {
  const served = serveFlags(folder, images.metric, output);
  const { exitCode, stdout, stderr } = await runCommand("src/commands/search.ts", [...served, ...flags]);
  if (exitCode !== 0) throw new Error(`The search ended with ${exitCode}: ${stderr}`);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Rows that have an image; the first have the hardest ids. */
function askedRows({ ids }: DrawnImages, count: number, seed: number): number[] {
  const random = new SeededRandom(seed);
  const rows = Array.from({ length: count }, (_, i) => (i < 20 ? i : random.integer(0, ids.length)));
  return rows.map((row) => (ids[row] === "" ? row + 1 : row));
}

function problemsOf(
  answers: readonly SimilarAnswer[],
  rows: readonly number[],
  { ids, metric }: DrawnImages,
  expected: (row: number, i: number) => SimilarAnswer["similarImages"],
): string[] {
  if (answers.length !== rows.length) return [`${answers.length} answers to ${rows.length} questions`];
  return rows.flatMap((row, i) => {
    const { queryObjectId, similarImages } = answers[i];
    if (queryObjectId !== ids[row]) return [`an answer for ${JSON.stringify(queryObjectId)}, asked for ${ids[row]}`];
    const problem = fault(similarImages, expected(row, i), metric);
    return problem ? [`${JSON.stringify(ids[row])}: ${problem}`] : [];
  });
}
