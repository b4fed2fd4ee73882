import { join } from "node:path";

/** One exact query at a time over an index in memory, beside numpy; run with the search's other cases. */
export interface QueryCase {
  readonly rows: number;
  /** A fixed random layer with ReLU of so many numbers over the made features, or the features as they are. */
  readonly layer?: number;
  readonly count: number;
  /** A plain script subtracts, takes norms and sorts; the other multiplies by unit vectors and sorts. */
  readonly peer: "plain" | "cosine";
}

export const QUERY_CASES: Readonly<Record<string, QueryCase>> = {
  "top-100": { rows: 600_000, count: 100, peer: "plain" },
  "cosine-4096": { rows: 70_000, layer: 4096, count: 10, peer: "cosine" },
  "cosine-4096-top-100": { rows: 70_000, layer: 4096, count: 100, peer: "cosine" },
};

interface QueryAnswers {
  readonly medianSeconds: number;
  readonly answers: readonly { rows: number[]; distances: number[] }[];
}

/**
 * Runs a case: 20 queries, half of them rows of the index, half rows with noise.
 *
 * @param run runs a command and gives its stdout; @param features the made features
 */
export function runQueryCase(
  { count, layer, peer }: QueryCase,
  folder: string,
  run: (command: string, args: readonly string[]) => string,
  python: string,
) {
  const features = join(folder, "0000.features.npy");
  const queries = join(folder, "queries.npy");
  run(python, ["-c", MAKE_QUERIES, features, queries]);
  const script = ["--import", "tsx", "test/bench/query-run.ts", folder, queries, String(count)];
  const { answers, ...ours } = JSON.parse(run(process.execPath, script)) as QueryAnswers;
  const theirs = JSON.parse(run(python, ["-c", NUMPY, features, queries, String(count), peer])) as QueryAnswers;
  refuseWrongAnswers(answers, theirs.answers);
  const ratio = theirs.medianSeconds / ours.medianSeconds;
  return { count, layer, ours, numpyMedianSeconds: theirs.medianSeconds, ratio: Number(ratio.toFixed(1)) };
}

/** The rows must be the same but where numpy's float32 cannot tell two distances apart. */
function refuseWrongAnswers(ours: QueryAnswers["answers"], theirs: QueryAnswers["answers"]): void {
  for (const [query, { rows, distances }] of theirs.entries()) {
    for (const [i, row] of rows.entries()) {
      const found = ours[query].rows.indexOf(row);
      const last = ours[query].distances[ours[query].distances.length - 1];
      const missed =
        found < 0 ? distances[i] < last - 1e-3 : Math.abs(ours[query].distances[found] - distances[i]) > 1e-3;
      if (missed) throw new Error(`Query ${query}: numpy found row ${row} at ${distances[i]}, this search did not`);
    }
  }
}

/** FEATURES.npy WIDTH OUT.npy: a fixed random layer with ReLU over the rows, unit length. */
export const MAKE_LAYER = `
import sys, numpy as np
x = np.load(sys.argv[1], mmap_mode='r')
w = np.random.default_rng(3).standard_normal((x.shape[1], int(sys.argv[2])), dtype='f4') / 32
out = np.lib.format.open_memmap(sys.argv[3], 'w+', np.float32, (len(x), w.shape[1]))
for a in range(0, len(x), 5000):
    y = np.maximum(np.asarray(x[a:a+5000]) @ w, 0)
    out[a:a+5000] = y / np.linalg.norm(y, axis=1, keepdims=True)
out.flush()`;

const MAKE_QUERIES = `
import sys, numpy as np
x = np.load(sys.argv[1], mmap_mode='r')
rng = np.random.default_rng(7)
q = np.array(x[np.sort(rng.choice(len(x), 20, replace=False))])
q[10:] *= np.exp(0.15 * rng.standard_normal(q[10:].shape)).astype('f4')
np.save(sys.argv[2], (q / np.linalg.norm(q, axis=1, keepdims=True)).astype('f4'))`;

const NUMPY = `
import json, os, sys, time
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"): os.environ[name] = str(os.cpu_count())
import numpy as np
x, queries, count, peer = np.load(sys.argv[1]), np.load(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
norms = np.linalg.norm(x, axis=1)
def plain(q):
    d = np.linalg.norm(x - q, axis=1)
    best = np.argsort(d)[:count]
    return best, d[best]
def cosine(q):
    c = x @ q / (norms * np.linalg.norm(q))
    best = np.argsort(-c)[:count]
    return best, np.sqrt(np.maximum(0, 2 - 2 * c[best]))
ask, seconds, answers = {"plain": plain, "cosine": cosine}[peer], [], []
ask(queries[0])
for q in queries:
    start = time.perf_counter()
    rows, distances = ask(q)
    seconds.append(time.perf_counter() - start)
    answers.append({"rows": rows.tolist(), "distances": distances.tolist()})
print(json.dumps({"medianSeconds": float(np.median(seconds)), "answers": answers}))`;
