// One search as a process of its own, so that its peak memory is its own: FOLDER THRESHOLD [--shard-rows N] [--limit-memory MB]
// [--block-rows N] [--last-rows N]. Prints one JSON line.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { ShardCache } from "#artifacts/shard-cache.ts";
import type { ShardPart } from "#artifacts/shard-files.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { PairCollector } from "#data/pair-list.ts";
import { Searcher } from "#search/searcher.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "shard-rows": { type: "string" },
    "limit-memory": { type: "string" },
    "block-rows": { type: "string" },
    "last-rows": { type: "string" },
  },
});
const [folder, threshold] = [positionals[0], Number(positionals[1])];
const { dim, parts, ids } = await openNpyFolder(folder, Number(options["shard-rows"] ?? 10_000));
const lastRows = Number(options["last-rows"] ?? 0);
const store = new ShardStore(dim, withLastApart(parts, ids.length - lastRows));
const cache = new ShardCache(store, Number(options["limit-memory"] ?? 6000) * 0.4 * 2 ** 20);
const readShard = async (shard: number) => (await cache.read(shard)).vectors.matrix;

/** The last rows as a shard of their own: new rows against old ones. */
function withLastApart(all: readonly ShardPart[], oldRows: number): ShardPart[] {
  return all.flatMap((part) => {
    const kept = Math.min(part.rowCount, Math.max(0, oldRows - part.firstRow));
    const moved = { firstRow: part.firstRow + kept, firstRowInFile: part.firstRowInFile + kept };
    return [
      { ...part, rowCount: kept },
      { ...part, ...moved, rowCount: part.rowCount - kept },
    ].filter(({ rowCount }) => rowCount > 0);
  });
}

const start = performance.now();
const searcher = new Searcher(cpus().length);
const blockRows = Number(options["block-rows"] ?? 1024);
const search = searcher.allPairs({ threshold, blockRows, readShard });
const found = new PairCollector();
let [refined, skipped] = [0, 0];

async function searchShards(first: number, end: number): Promise<number> {
  const begin = performance.now();
  async function* shards() {
    for (let shard = first; shard < end; shard++) {
      if (process.stderr.isTTY) process.stderr.write(`\r${shard + 1} of ${store.shardCount} shards`);
      yield { features: await readShard(shard) };
    }
  }
  for await (const part of search.add(shards())) {
    found.addAll(part.toPairs());
    refined += part.refined;
    skipped += part.skippedByBlock;
  }
  return (performance.now() - begin) / 1000;
}

const old = lastRows > 0 ? store.shardCount - 1 : store.shardCount;
const oldSeconds = await searchShards(0, old);
const lastSeconds = await searchShards(old, store.shardCount);
const pairs = found.toList();
const seconds = (performance.now() - start) / 1000;
await searcher.close();
const rows = ids.length;
console.log(
  JSON.stringify({
    rows,
    dim,
    threshold,
    seconds: Number(seconds.toFixed(3)),
    oldSeconds: Number(oldSeconds.toFixed(3)),
    lastSeconds: Number(lastSeconds.toFixed(3)),
    pairs: pairs.count,
    width: search.width,
    refined,
    skippedShare: Number((skipped / ((rows * (rows - 1)) / 2)).toFixed(4)),
    peakRssMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
