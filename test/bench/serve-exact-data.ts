import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SeededRandom } from "#base/seeded-random.ts";
import { type FeatureMatrix, rowsOf, sharedMatrix } from "#data/feature-matrix.ts";
import { formatFeatureArray, formatViewArray } from "#npy/feature-array.ts";
import { shapedFeatures } from "../support/random-features.ts";
import { writeShard } from "./serve-data.ts";
import type { Metric } from "./serve-oracle.ts";

/** Images in memory as they lie in a folder of shards. */
export interface DrawnImages {
  readonly metric: Metric;
  /** Empty for a row without an image. */
  readonly ids: readonly string[];
  readonly features: FeatureMatrix;
  /** Shape (rows × views, dim), the views of an image side by side. */
  readonly views: FeatureMatrix | undefined;
}

export interface DrawnKind {
  readonly metric: Metric;
  readonly rows: number;
  readonly dim: number;
  readonly views?: number;
  /** 0 or 255, as pixels of line drawings are: many distances are equal. */
  readonly pixels?: boolean;
}

const SHARD_ROWS = 3000;
/** Every so many rows are the same as an earlier one, have no image, or hold nothing but zeros. */
const [COPY_EVERY, DEAD_EVERY, ZERO_EVERY] = [9, 23, 2500];

/** Names as people and programs give them, and as nobody should. */
const HARD_NAMES = [
  "=cmd()",
  'quo"te,comma.png',
  "new\nline\r\n.jpg",
  "\u2028<script>alert(1)</script>",
  "000123",
  "1e5",
  "🐟🐠/é.jpg",
  "\uff21 wide.jpg",
  "中文 名/图?x=1&y#z.jpg",
  "100% + 1.jpg",
  "%2F..%2fescaped.jpg",
  "back\\slash.jpg",
  "--limit",
  "twice//slashed.jpg",
];

/** Draws images with exact copies, rows of zeros, rows without an image and hard ids in no order; the same for the same kind. */
export function drawImages(kind: DrawnKind): DrawnImages {
  const { metric, rows, dim, views: perImage = 0 } = kind;
  const random = new SeededRandom(rows + dim);
  const drawn = (count: number, seed: number) => {
    const matrix = shapedFeatures({ rows: count, dim, seed, scale: 1, rank: 24 });
    if (kind.pixels) matrix.values.set(matrix.values.map((value) => (value < 0.5 ? 0 : 255)));
    return matrix;
  };
  const features = drawn(rows, 1);
  const views = perImage > 0 ? drawn(rows * perImage, 2) : undefined;
  if (metric === "cosine") stretch(features, random);
  for (let row = 1; row < rows; row++) {
    if (row % ZERO_EVERY === 0) features.values.fill(0, row * dim, (row + 1) * dim);
    else if (row % COPY_EVERY === 0) copyRow(features, random.integer(0, row), row);
    // some images look the same in a view as others do as they stand
    if (views && row % COPY_EVERY === 4) copyRow(views, row * perImage, (row - 1) * perImage + 1);
  }
  return { metric, ids: drawIds(rows, random), features, views };
}

/** Vectors that are no rows of the images: some are far from all, some are copies, which are at 0. */
export function drawQueries({ features }: DrawnImages, count: number): FeatureMatrix {
  const { dim, rowCount } = features;
  const random = new SeededRandom(count);
  const queries = sharedMatrix(count, dim);
  for (let query = 0; query < count; query++) {
    const row = random.integer(0, rowCount);
    const noise = [0, 0.02, 0.5, 5][query % 4];
    for (let f = 0; f < dim; f++) {
      queries.values[query * dim + f] = features.values[row * dim + f] + noise * random.between(-1, 1);
    }
  }
  return queries;
}

/** Writes shards into an empty folder. */
export function writeImages(folder: string, { ids, features, views }: Omit<DrawnImages, "metric">): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (let first = 0; first < ids.length; first += SHARD_ROWS) {
    const end = Math.min(ids.length, first + SHARD_ROWS);
    const number = first / SHARD_ROWS;
    writeShard(folder, number, formatFeatureArray(rowsOf(features, first, end)), ids.slice(first, end));
    if (!views) continue;
    const perImage = views.rowCount / ids.length;
    const part = formatViewArray(rowsOf(views, first * perImage, end * perImage), perImage);
    writeFileSync(join(folder, `${String(number).padStart(4, "0")}.views.npy`), part);
  }
}

function drawIds(count: number, random: SeededRandom): string[] {
  const ids = Array.from({ length: count }, (_, row) => {
    if (row % DEAD_EVERY === 5) return "";
    const folder = random.pick(["a", "b/c", "é", "🐟", "\uff21", ""]);
    return row < HARD_NAMES.length ? HARD_NAMES[row] : `${folder}/${random.integer(0, 10)} ${row}.jpg`;
  });
  return ids;
}

/** Lengths that differ, which a cosine does not see. */
function stretch({ values, rowCount, dim }: FeatureMatrix, random: SeededRandom): void {
  for (let row = 0; row < rowCount; row++) {
    const by = random.between(0.05, 20);
    for (let i = row * dim; i < (row + 1) * dim; i++) values[i] *= by;
  }
}

function copyRow({ values, dim }: FeatureMatrix, from: number, to: number): void {
  values.copyWithin(to * dim, from * dim, (from + 1) * dim);
}
