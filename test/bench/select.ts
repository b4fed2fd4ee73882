import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { SeededRandom } from "#base/seeded-random.ts";
import { MatrixProduct } from "#search/matrix-product.ts";
import { Searcher } from "#search/searcher.ts";
import { type Classified, classifiedPhotos, digits, someClasses } from "./select-data.ts";
import { benchLabels } from "./select-labels.ts";
import { chosenBy, ORDERS, type Tools } from "./select-orders.ts";
import { distances, rowsAt, shuffled } from "./select-rows.ts";
import { benchSpeed } from "./select-speed.ts";

// What candidates are worth: how many labels more teach, by each order. Needs ../shared. Options: names of cases, `speed`, or `labels`.

const WORK = join(tmpdir(), "twinsift-bench/select");

interface Case {
  readonly data: () => Promise<Classified> | Classified;
  readonly labeled: number;
  /** How many candidates are labeled then. */
  readonly counts: readonly number[];
  readonly seeds: number;
  /** Other seeds than those that the order was chosen by. */
  readonly firstSeed?: number;
  readonly without?: readonly (typeof ORDERS)[number][];
}

const PHOTOS = { labeled: 150, counts: [50, 100, 200], seeds: 20 } as const;
const OTHERS = { ...PHOTOS, without: ["k-means"] } as const;
const HALVES = { ...OTHERS, labeled: 75, counts: [25, 50, 100] } as const;
const SMALL = "mobilenet_v3_small_100_224";
const photos = (name: string) => () => classifiedPhotos(name, WORK);
const half = (rest: number) => async () => someClasses(await photos(SMALL)(), (place) => place % 2 === rest);

const CASES: Readonly<Record<string, Case>> = {
  photos: { data: photos(SMALL), ...PHOTOS },
  "photos, other seeds": { data: photos(SMALL), ...OTHERS, firstSeed: 1000 },
  "photos, embedded": { data: photos("embedded"), ...OTHERS },
  "photos, MobileNetV2": { data: photos("mobilenet_v2_100_224"), ...OTHERS },
  "photos, MobileNetV1 0.25": { data: photos("mobilenet_v1_025_224"), ...OTHERS },
  "half of the classes": { data: half(0), ...HALVES },
  "the other half": { data: half(1), ...HALVES },
  "photos, 50 labeled": { data: photos(SMALL), ...OTHERS, labeled: 50 },
  // facility location would hold the distances of all 10,000 to all
  digits: {
    data: digits,
    labeled: 100,
    counts: [10, 30, 100, 300],
    seeds: 5,
    without: ["facility location", "k-means"],
  },
};

/** Of one seed. */
interface Score {
  readonly accuracy: number;
  readonly classes: number;
  readonly mean: number;
  readonly largest: number;
}

export async function bench(names: readonly string[]): Promise<unknown> {
  if (names.length === 1 && names[0] === "speed") return benchSpeed();
  if (names.length === 1 && names[0] === "labels") return benchLabels();
  const tools = { searcher: new Searcher(cpus().length), product: await MatrixProduct.open({ device: "cpu" }) };
  const results: Record<string, unknown> = {};
  for (const [name, wanted] of Object.entries(CASES)) {
    if (names.length > 0 && !names.includes(name)) continue;
    results[name] = await benchCase(name, wanted, tools);
  }
  await tools.searcher.close();
  return results;
}

async function benchCase(
  name: string,
  { data, labeled, counts, seeds, firstSeed = 0, without = [] }: Case,
  tools: Tools,
) {
  const classified = await data();
  const { rowCount } = classified.features;
  const classCount = new Set(classified.classes).size;
  console.error(`${name}: ${labeled} of ${rowCount} labeled, ${classCount} classes, ${seeds} seeds`);
  console.error("order: candidates: accuracy ± spread, classes, mean and largest distance to the nearest labeled");
  const scores = new Map<string, Score[]>();
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const mixed = shuffled([...Array(rowCount).keys()], new SeededRandom(seed));
    const [known, pool] = [mixed.slice(0, labeled), mixed.slice(labeled).sort((a, b) => a - b)];
    const asked = { features: classified.features, labeled: known, pool, seed };
    for (const order of ORDERS.filter((one) => !without.includes(one))) {
      const most = { ...asked, count: Math.max(...counts) };
      const inOrder = order === "k-means" ? undefined : await chosenBy(order, most, tools);
      for (const count of counts) {
        const chosen = inOrder?.slice(0, count) ?? (await chosenBy(order, { ...asked, count }, tools));
        const key = `${order}: ${count}`;
        scores.set(key, [...(scores.get(key) ?? []), await judge(classified, [...known, ...chosen], tools)]);
      }
    }
  }
  return Object.fromEntries([...scores].map(([key, all]) => [key, told(key, all)]));
}

/** How well the nearest labeled image tells the class of all others. */
async function judge({ features, classes }: Classified, labeled: readonly number[], tools: Tools): Promise<Score> {
  const nearest = new Float32Array(features.rowCount).fill(Number.POSITIVE_INFINITY);
  const teacher = new Uint32Array(features.rowCount);
  for (const [i, from] of (await distances(tools.product, rowsAt(features, labeled), features)).entries()) {
    for (let row = 0; row < from.length; row++)
      if (from[row] < nearest[row]) [nearest[row], teacher[row]] = [from[row], labeled[i]];
  }
  const known = new Set(labeled);
  const rest = classes.flatMap((_, row) => (known.has(row) ? [] : [row]));
  const right = rest.filter((row) => classes[teacher[row]] === classes[row]).length;
  return {
    accuracy: right / rest.length,
    classes: new Set(labeled.map((row) => classes[row])).size,
    mean: rest.reduce((sum, row) => sum + nearest[row], 0) / rest.length,
    largest: rest.reduce((most, row) => Math.max(most, nearest[row]), 0),
  };
}

function told(key: string, scores: readonly Score[]) {
  const meanOf = (column: keyof Score) => scores.reduce((sum, score) => sum + score[column], 0) / scores.length;
  const accuracy = meanOf("accuracy");
  const spread = Math.sqrt(scores.reduce((sum, score) => sum + (score.accuracy - accuracy) ** 2, 0) / scores.length);
  const result = { accuracy, spread, classes: meanOf("classes"), mean: meanOf("mean"), largest: meanOf("largest") };
  const [a, s, c, m, l] = Object.values(result).map((value) => value.toFixed(3));
  console.error(`${key}: ${a} ± ${s}, ${Number(c).toFixed(1)}, ${m}, ${l}`);
  return result;
}
