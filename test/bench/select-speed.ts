import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { featureFolder } from "./search.ts";

/** Ranks 1,000 of 100,000 × 1,024, beside the greedy algorithm as one writes it with numpy, in one run. */
export function benchSpeed(): unknown {
  const folder = featureFolder({ model: "mobilenet_v3_small_100_224", rows: 100_000 });
  return [0, 1000].map((labeled) => {
    const run = (command: string, args: readonly string[]) =>
      JSON.parse(execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 26 }));
    const ours = (order: string) => {
      const script = ["--import", "tsx", "test/bench/select-run.ts", folder, order, "1000", String(labeled)];
      return run(process.execPath, script);
    };
    const numpy = run("python3", ["-c", NUMPY, join(folder, "0000.features.npy"), "1000", String(labeled)]);
    const [{ rows, ...spread }, { rows: _, ...represent }] = [ours("spread"), ours("represent")];
    const same = rows.findIndex((row: number, i: number) => row !== numpy.rows[i]);
    const result = { labeled, spread, represent, numpy: { ...numpy, rows: undefined }, firstOther: same };
    console.error(JSON.stringify(result));
    return result;
  });
}

const NUMPY = `
import json, os, sys, time
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"): os.environ[name] = str(os.cpu_count())
import numpy as np
x, picks, labeled = np.load(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
start = time.perf_counter()
if labeled:
    known = np.arange(labeled) * (len(x) // labeled)
    y = np.delete(x, known, 0)
    start = time.perf_counter()
    d = np.full(len(y), 9, 'f4')
    for a in range(0, labeled, 256): d = np.minimum(d, (2 - 2 * y @ x[known[a:a + 256]].T).min(1))
    i = int(d.argmax())
else:
    y, d = x, np.full(len(x), 9, 'f4')
    i = int(((y - y.mean(0)) ** 2).sum(1).argmin())
to_labeled, rows = time.perf_counter() - start, []
for _ in range(picks):
    rows.append(i)
    d = np.minimum(d, 2 - 2 * (y @ y[i]))
    i = int(d.argmax())
print(json.dumps({"toLabeled": round(to_labeled, 2), "all": round(time.perf_counter() - start, 2), "radius": float(max(d.max(), 0)) ** 0.5, "rows": rows}))`;
