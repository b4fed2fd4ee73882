import { cpus } from "node:os";
import { SeededRandom } from "#base/seeded-random.ts";
import { connectedComponents } from "#clusters/connected-components.ts";
import { directGroups } from "#clusters/direct-groups.ts";
import { spreadsOfPairs } from "#clusters/group-spread.ts";
import { weakestLinks } from "#clusters/weakest-links.ts";
import type { RowGroup } from "#data/group.ts";
import { PairCollector, type PairList } from "#data/pair-list.ts";

// What it costs to make groups of a million pairs: families of 2 to 12 in which all are pairs, and one chain of 100,000 images.
// npm run bench -- clusters

const PAIRS = 1_000_000;
const CHAIN = 100_000;
const MODES = { component: connectedComponents, direct: directGroups };

export async function bench(): Promise<unknown> {
  console.error(`${cpus().length} × ${cpus()[0].model}, Node.js ${process.version}`);
  const { pairs, rows } = madePairs();
  console.error(`${pairs.count} pairs of ${rows} images`);
  const results: Record<string, unknown> = {};
  for (const [mode, grouped] of Object.entries(MODES)) {
    const start = performance.now();
    const before = heldBytes();
    const groups = grouped(rows, pairs, (a, b) => a - b);
    const keeperOf = Uint32Array.from({ length: rows }, (_, row) => row);
    for (const { rows: members, keeper } of groups) for (const row of members) keeperOf[row] = keeper;
    const links = weakestLinks(pairs, keeperOf);
    const spreads = spreadsOfPairs(groups, pairs, keeperOf);
    const seconds = (performance.now() - start) / 1000;
    const megabytes = (heldBytes() - before) / 2 ** 20;
    if (links.size !== groups.length) throw new Error("Expected a weakest link for each group");
    check(mode, groups, pairs, keeperOf);
    const figures = { seconds: rounded(seconds), megabytes: rounded(megabytes), groups: groups.length };
    results[mode] = { ...figures, whole: spreads.size };
    console.error(`${mode.padEnd(10)} ${JSON.stringify(results[mode])}`);
  }
  return results;
}

function madePairs(): { pairs: PairList; rows: number } {
  const random = new SeededRandom(1);
  const collector = new PairCollector();
  for (let i = 1; i < CHAIN; i++) collector.add(i - 1, i, random.between(0, 1));
  let rows = CHAIN;
  while (collector.count < PAIRS) {
    const size = random.integer(2, 13);
    for (let a = 0; a < size; a++)
      for (let b = a + 1; b < size; b++) collector.add(rows + a, rows + b, random.between(0, 1));
    rows += size;
  }
  return { pairs: collector.toList(), rows };
}

/** Every pair lies in one component; every member of a direct group is a pair with its keeper. */
function check(
  mode: string,
  groups: readonly RowGroup[],
  { left, right, count }: PairList,
  keeperOf: Uint32Array,
): void {
  const isWithKeeper = new Uint8Array(keeperOf.length);
  let apart = 0;
  for (let i = 0; i < count; i++) {
    if (keeperOf[left[i]] !== keeperOf[right[i]]) apart++;
    if (keeperOf[left[i]] === right[i]) isWithKeeper[left[i]] = 1;
    if (keeperOf[right[i]] === left[i]) isWithKeeper[right[i]] = 1;
  }
  if (mode === "component" && apart > 0) throw new Error(`${apart} pairs fell apart`);
  const far = groups.flatMap(({ rows, keeper }) => rows.filter((row) => row !== keeper && !isWithKeeper[row]));
  if (mode === "direct" && far.length > 0) throw new Error(`${far.length} members are no pair with their keeper`);
}

function heldBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
