// Ranks candidates among features in memory, as a process of its own: FOLDER ORDER PICKS LABELED. Prints one JSON line.
import { cpus } from "node:os";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { choose } from "#candidates/choose.ts";
import { FarthestFirst, nearestToMean } from "#candidates/farthest-first.ts";
import { Representative } from "#candidates/representative.ts";
import { imageVectors } from "#data/image-vectors.ts";
import { Searcher } from "#search/searcher.ts";

const [folder, order] = process.argv.slice(2);
const [picks, labeledCount] = process.argv.slice(4).map(Number);
const { dim, parts, ids } = await openNpyFolder(folder, 10_000);
const store = new ShardStore(dim, parts);
const all = Uint32Array.from(ids.keys());
const stretch = labeledCount > 0 ? Math.floor(ids.length / labeledCount) : Number.POSITIVE_INFINITY;
const isLabeled = (row: number) => row % stretch === 0 && row / stretch < labeledCount;
const read = async (rows: Uint32Array) => imageVectors(await store.readRows(rows), undefined);
const vectors = await read(labeledCount > 0 ? all.filter((row) => !isLabeled(row)) : all);
const labeled = labeledCount > 0 ? await read(all.filter(isLabeled)) : undefined;

const searcher = new Searcher(cpus().length);
// a run has searched for pairs before: its threads are there
const few = await read(Uint32Array.of(0, 1, 2, 3));
await Promise.all(cpus().map(() => searcher.nearestImages(few, few)));
const start = performance.now();
const since = () => Number(((performance.now() - start) / 1000).toFixed(2));
const nearest = labeled && (await searcher.nearestImages(vectors, labeled));
const seconds: Record<string, number> = { toLabeled: since() };
const everything = { counts: () => true, isOpen: () => true };
const coverage = searcher.coverage(vectors, { toLabeled: nearest?.distance, ...everything });
const next = async () => {
  if (order === "spread") return new FarthestFirst(coverage, nearest ? -1 : nearestToMean(vectors));
  const { neighbours, toLabeled } = await searcher.likeness(vectors, labeled);
  seconds.neighbours = since();
  const made = new Representative(neighbours, toLabeled, everything);
  console.error(`${neighbours.images.length / vectors.imageCount} neighbours within ${neighbours.radius}`);
  return made;
};
const rows: number[] = [];
let radius = 0;
for await (const choice of choose(await next(), coverage, { count: picks })) {
  rows.push(choice.row);
  radius = choice.coverageRadius;
}
seconds.all = since();
await searcher.close();
const peakRssMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ order, picks, labeled: labeledCount, seconds, radius, peakRssMegabytes, rows }));
