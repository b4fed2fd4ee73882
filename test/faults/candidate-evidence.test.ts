import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { closestDistance, vectorsByImage } from "#data/image-vectors.ts";
import { drawSet, flagsOf, withSettings } from "../faults/picture-set.ts";
import { ChangingFolder } from "../faults/random-steps.ts";
import { readGroups, readReport } from "../support/read-report.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NIGHTS = 6;
const STEPS = 4;

/** Distances of images by id, from the vectors of the index, in float64. */
async function distancesOf(output: string) {
  const { dim, parts, ids } = await openNpyFolder(join(output, "index"), 10_000);
  const rows = Uint32Array.from([...ids.keys()].filter((row) => ids[row] !== ""));
  const vectors = await new ShardStore(dim, parts).readVectors(rows);
  const numbers = vectorsByImage(vectors);
  const placeOf = new Map(Array.from(rows, (row, place) => [ids[row], place]));
  const numbersOf = (id: string) => numbers[placeOf.get(id) ?? -1];
  const apart = (a: string, b: string) => closestDistance(vectors, numbersOf(a), vectors, numbersOf(b));
  return { ids: [...placeOf.keys()], apart };
}

/** Every distance that candidates.csv tells, by brute force; and that none is too near to what is labeled. */
async function checkEvidence(output: string, labeled: ReadonlySet<string>, dissimilar: number): Promise<number> {
  const { ids, apart } = await distancesOf(output);
  const groups = await readGroups(output);
  const withLabel = groups.filter((paths) => paths.some((path) => labeled.has(path))).flat();
  const passedOver = new Set([...labeled, ...withLabel, ...groups.flatMap(([, ...others]) => others)]);
  const open = ids.filter((id) => !passedOver.has(id));
  const known = ids.filter((id) => labeled.has(id));
  const nearest = (id: string, some: readonly string[]) => Math.min(...some.map((other) => apart(id, other)));
  const toLabeled = new Map(open.map((id) => [id, nearest(id, known)]));
  const covered = new Map(toLabeled);
  const chosen: string[] = [];
  const rows = await readReport(output, "candidates");
  for (const { path, ...row } of rows) {
    expect(Number(row.nearest_labeled_distance || Number.POSITIVE_INFINITY)).toBe(toLabeled.get(path));
    expect(toLabeled.get(path)).toBeGreaterThan(dissimilar);
    expect(Number(row.nearest_chosen_distance || Number.POSITIVE_INFINITY)).toBe(nearest(path, chosen));
    if (chosen.length > 0) expect(apart(path, row.nearest_chosen_path)).toBe(nearest(path, chosen));
    chosen.push(path);
    for (const id of open) covered.set(id, Math.min(covered.get(id) as number, apart(id, path)));
    expect(Number(row.coverage_radius)).toBe(Math.max(...covered.values()));
  }
  return rows.length;
}

test.each(["represent", "spread"])(
  "whatever changes from night to night, what candidates.csv tells of the %s order is what brute force finds",
  async (order) => {
    const root = await temporaryFolder();
    const drawn = await drawSet(root, { count: 0, shardRows: 4 });
    const labels = join(root, "labels.csv");
    const set = await withSettings(drawn, order, { labels, dissimilar: 0.05, candidates: 12, select: { order } });
    const folder = new ChangingFolder(set.images, new SeededRandom(order.length));
    for (let i = 0; i < 25; i++) await folder.add();
    await writeFile(labels, "path,label\n");
    const output = join(root, "out");
    const labeled = new Set<string>();
    let ranked = 0;
    for (let night = 0; night < NIGHTS; night++) {
      const { exitCode, stderr } = await runPipelineCommand(flagsOf(set, output));
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      ranked += await checkEvidence(output, labeled, 0.05);
      const [first, , third] = await readReport(output, "candidates");
      for (const { path } of night % 2 === 0 ? [first, third] : []) {
        labeled.add(path);
        await appendFile(labels, `${path},thing\n`);
      }
      for (let step = 0; step < STEPS; step++) await folder.step();
    }
    expect(ranked).toBeGreaterThan(5 * NIGHTS);
  },
);
