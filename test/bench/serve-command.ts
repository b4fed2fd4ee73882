import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { formatFeatureArray } from "#npy/feature-array.ts";
import { runCommand } from "../support/run-command.ts";
import { realFeatures, SHARED, WORK } from "./search.ts";
import { median, rounded } from "./serve-figures.ts";
import { madeIndex } from "./serve-index.ts";
import { askNumpy, type Numpy } from "./serve-numpy.ts";

const LIMIT = 10;
const ROUNDS = 7;
const PHOTOS_ASKED = 3;
/** Of a photo's features between two runs of the model, and of numpy's float32. */
const TOLERANCE = 2e-3;
const MUST_SECONDS = 1;

interface Asked {
  readonly photo: string;
  /** Its features, as a file for numpy, which has no model. */
  readonly vector: string;
}

/**
 * The whole command with a photo, process start and model included, beside the plain script that loads everything and has the photo's
 * features already.
 */
export async function commandCase(name: string, numpy: Numpy, tell: (line: string) => void) {
  const output = await madeIndex();
  const [throughNpm, alone, theirs]: number[][] = [[], [], []];
  const photos = await someVectors();
  for (let round = 0; round <= ROUNDS; round++) {
    const { photo, vector } = photos[round % photos.length];
    const flags = ["--output", output, "--limit", String(LIMIT), photo];
    const start = performance.now();
    const run = promisify(execFile)("npm", ["run", "--silent", "search", "--", ...flags]);
    const { stdout } = await run;
    const afterNpm = performance.now();
    const own = await runCommand("src/commands/search.ts", flags);
    const afterOwn = performance.now();
    const { answers } = await askNumpy<{ answers: [string, number][] }>(numpy, [
      "once",
      join(output, "index"),
      vector,
      String(LIMIT),
    ]);
    const end = performance.now();
    refuseOther(stdout, answers);
    refuseOther(own.stdout, answers);
    // the first round brings files and programs into memory
    if (round === 0) continue;
    throughNpm.push((afterNpm - start) / 1000);
    alone.push((afterOwn - afterNpm) / 1000);
    theirs.push((end - afterOwn) / 1000);
  }
  const ratio = median(theirs) / median(throughNpm);
  const reached = median(throughNpm) < MUST_SECONDS ? "reached" : "MISSED";
  tell(
    `${name}: ${rounded(median(throughNpm))} s (${rounded(median(alone))} s without npm) · plain script ${rounded(median(theirs))} s (${rounded(ratio)}×) · must < ${MUST_SECONDS} s: ${reached}`,
  );
  const figures = { seconds: median(throughNpm), secondsWithoutNpm: median(alone), numpySeconds: median(theirs) };
  return { ...figures, ratio: rounded(ratio), rounds: ROUNDS };
}

/** Photos with the features that a run made of them. */
async function someVectors(): Promise<Asked[]> {
  realFeatures("mobilenet_v2_100_224");
  const { dim, parts, ids } = await openNpyFolder(join(WORK, "photos-mobilenet_v2_100_224/index"), 10_000);
  const store = new ShardStore(dim, parts);
  const step = Math.floor(ids.length / PHOTOS_ASKED);
  return Promise.all(
    Array.from({ length: PHOTOS_ASKED }, async (_, i) => {
      const vector = join(WORK, `photo-${i}.npy`);
      writeFileSync(vector, formatFeatureArray(await store.readRows(Uint32Array.of(i * step))));
      return { photo: join(SHARED, "material/photos", ids[i * step]), vector };
    }),
  );
}

/** `id distance` a line, nearest first, as numpy has them. */
function refuseOther(stdout: string, expected: readonly (readonly [string, number])[]): void {
  const lines = stdout.trimEnd().split("\n");
  const found = lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]);
  const isSame = found.every(([id, distance], i) => {
    const near = expected.filter(([, other]) => Math.abs(other - Number(distance)) <= TOLERANCE);
    return Math.abs(expected[i][1] - Number(distance)) <= TOLERANCE && near.some(([other]) => other === id);
  });
  if (found.length !== expected.length || !isSame) {
    throw new Error(`Expected ${JSON.stringify(expected)}, found ${stdout}`);
  }
}
