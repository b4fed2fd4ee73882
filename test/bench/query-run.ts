// Nearest rows to each of some queries, as a process of its own: FOLDER QUERIES.npy COUNT. Prints one JSON line.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { parseFeatureHeader } from "#npy/feature-array.ts";
import { Searcher } from "#search/searcher.ts";

const [folder, queryFile, count] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const { dim, parts, ids } = await openNpyFolder(folder, 10_000);
const store = new ShardStore(dim, parts);
const rowCount = ids.length;

async function* shards() {
  for (let shard = 0; shard < store.shardCount; shard++) yield (await store.readShard(shard)).vectors.matrix;
}

const start = performance.now();
const searcher = new Searcher(cpus().length);
const readRows = (rows: Uint32Array) => store.readRows(rows);
const index = await searcher.rowIndex({ rowCount, dim, shards: shards(), readRows, maxFeatureBytes: 2 ** 33, count });
const openSeconds = (performance.now() - start) / 1000;

const bytes = readFileSync(queryFile);
const { rowCount: queries, dataOffset } = parseFeatureHeader(bytes, bytes.length, queryFile);
const seconds: number[] = [];
const answers: { rows: number[]; distances: number[] }[] = [];
for (let pass = 0; pass < 3; pass++) {
  for (let query = 0; query < queries; query++) {
    const vector = new Float32Array(dim);
    new Uint8Array(vector.buffer).set(bytes.subarray(dataOffset + query * dim * 4, dataOffset + (query + 1) * dim * 4));
    const begin = performance.now();
    const { rows, distances } = await index.nearest(vector, count);
    seconds.push((performance.now() - begin) / 1000);
    if (pass === 0) answers.push({ rows: [...rows], distances: [...distances] });
  }
}
await searcher.close();
// the first pass warms caches and compilers
const warm = seconds.slice(queries).sort((a, b) => a - b);
console.log(
  JSON.stringify({
    rows: rowCount,
    dim,
    openSeconds: Number(openSeconds.toFixed(2)),
    medianSeconds: warm[warm.length >> 1],
    slowestSeconds: warm[warm.length - 1],
    peakRssMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    answers,
  }),
);
