import { runCommand } from "../support/run-command.ts";
import { mnist } from "./serve-data.ts";
import { median, rounded } from "./serve-figures.ts";
import { askNumpy, type Numpy } from "./serve-numpy.ts";
import { emptyOutput, type SimilarAnswer } from "./serve-similar.ts";

/** What the nearest of 60,000 digits tells of 10,000 others, by raw pixels. */
const RIGHT = 0.9691;
const ROUNDS = 3;

/** 10,000 digits' nearest neighbours in one command, beside matrix products of numpy, process start and reading included in both. */
export async function mnistCase(name: string, numpy: Numpy, tell: (line: string) => void) {
  const [train, test] = await Promise.all([mnist("train"), mnist("test")]);
  const output = emptyOutput();
  const [ours, theirs]: number[][] = [[], []];
  const accuracy = { ours: 0, numpy: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const flags = ["--features", train, "--queries", test, "--limit", "1", "--json", "--output", output];
    const { exitCode, stdout, stderr } = await runCommand("src/commands/search.ts", flags);
    ours.push((performance.now() - start) / 1000);
    if (exitCode !== 0) throw new Error(`The search ended with ${exitCode}: ${stderr}`);
    const answers = stdout.trimEnd().split("\n");
    accuracy.ours = shareRight(answers.map((line) => nearestOf(JSON.parse(line) as SimilarAnswer)));
    const begin = performance.now();
    const { nearest } = await askNumpy<{ nearest: Record<string, string> }>(numpy, ["classes", train, test]);
    theirs.push((performance.now() - begin) / 1000);
    accuracy.numpy = shareRight(Object.entries(nearest));
  }
  // the first one also makes and keeps what makes queries quick
  const [first, ...next] = ours;
  const ratio = median(theirs) / median(next);
  tell(
    `${name}: ${accuracy.ours} right (numpy ${accuracy.numpy}), ${rounded(median(next))} s, at first ${rounded(first)} s · numpy ${rounded(median(theirs))} s (${rounded(ratio)}×)`,
  );
  if (accuracy.ours !== RIGHT) throw new Error(`${name}: expected ${RIGHT} right, found ${accuracy.ours}`);
  return { accuracy, seconds: median(next), firstSeconds: first, numpySeconds: median(theirs), ratio: rounded(ratio) };
}

function nearestOf({ queryObjectId, similarImages }: SimilarAnswer): readonly [string, string] {
  return [queryObjectId ?? "", similarImages[0].objectId];
}

/** How many queries have the label of their nearest image: the first part of an id is its label. */
function shareRight(pairs: readonly (readonly [string, string])[]): number {
  const label = (objectId: string) => objectId.slice(0, objectId.indexOf("/"));
  if (pairs.length !== 10_000) throw new Error(`Expected answers for 10,000 digits, found ${pairs.length}`);
  return pairs.filter(([query, nearest]) => label(query) === label(nearest)).length / pairs.length;
}
