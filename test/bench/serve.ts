import { cpus } from "node:os";
import { featureFolder } from "./search.ts";
import { commandCase } from "./serve-command.ts";
import { layerFolder } from "./serve-data.ts";
import { exactCase } from "./serve-exact.ts";
import { rounded } from "./serve-figures.ts";
import { loadCase } from "./serve-load.ts";
import { mnistCase } from "./serve-mnist.ts";
import { type Numpy, quickestNumpy } from "./serve-numpy.ts";
import { reloadCase } from "./serve-reload.ts";
import { similarCase } from "./serve-similar.ts";

// "What is like this?", as `npm run serve` and `npm run search` answer it, beside numpy in the same run. Needs ../shared and numpy.
// Options: names of cases; without names all.

type BenchCase = (name: string, numpy: Numpy, tell: (line: string) => void) => Promise<unknown>;

const V2 = "mobilenet_v2_100_224";
const V3 = "mobilenet_v3_small_100_224";
const V2_100K = { folder: () => featureFolder({ model: V2, rows: 100_000 }), rows: 100_000, metric: "l2" } as const;

const CASES: Readonly<Record<string, BenchCase>> = {
  "similar-100k": (name, numpy, tell) =>
    similarCase(name, { ...V2_100K, limits: [100, 10], must: 10, hoped: 30 }, numpy, tell),
  "similar-600k": (name, numpy, tell) => {
    const folder = () => featureFolder({ model: V3, rows: 600_000 });
    const made = { folder, rows: 600_000, metric: "l2", limits: [100, 10], must: 15, hoped: 40 } as const;
    return similarCase(name, made, numpy, tell);
  },
  "cosine-70k": (name, numpy, tell) => {
    const made = { folder: () => layerFolder(numpy), rows: 70_000, metric: "cosine", limits: [10, 100] } as const;
    return similarCase(name, { ...made, must: 10, hoped: 30 }, numpy, tell);
  },
  load: (name, numpy, tell) => loadCase(name, V2_100K, numpy, tell),
  mnist: mnistCase,
  command: commandCase,
  exact: exactCase,
  reload: reloadCase,
};

export async function bench(args: readonly string[]): Promise<unknown> {
  const names = args.length > 0 ? args : Object.keys(CASES);
  const unknown = names.find((name) => !(name in CASES));
  if (unknown) throw new Error(`Expected cases among ${Object.keys(CASES).join(", ")}, found "${unknown}"`);
  const numpy = quickestNumpy();
  const machine = `${cpus().length} × ${cpus()[0].model}, Node.js ${process.version}`;
  console.error(`${machine}, numpy ${numpy.version} (${numpy.python}, ${rounded(numpy.gigaflops)} GFLOP/s)`);
  const results: Record<string, unknown> = {};
  for (const name of names) results[name] = await CASES[name](name, numpy, (line) => console.error(line));
  return { numpy, results };
}
