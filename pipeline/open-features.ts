import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { MemoryStrips } from "#artifacts/pair-strips.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import type { Progress } from "#base/progress.ts";
import type { Shard } from "#data/shard.ts";
import type { Source } from "./source.ts";

/** Features that somebody else made: nothing is kept of them. Rows without an id take no part. */
export async function openFeatures(folder: string, shardRows: number, progress: Progress): Promise<Source> {
  const { dim, parts, ids } = await openNpyFolder(folder, shardRows);
  const store = new ShardStore(dim, parts);
  const unknown = { reference: false, folderLabel: "", width: 0, height: 0, bytes: 0, sha256: "" };
  const count = ids.filter((id) => id !== "").length;
  return {
    store,
    strips: new MemoryStrips(),
    earlierShards: 0,
    isAlive: (row) => ids[row] !== "",
    vectorsAlive: () => 0,
    fresh: readShards(store, progress),
    expectedRows: ids.length,
    ignored: 0,
    nameRow: (row) => JSON.stringify(ids[row]),
    pathOf: () => undefined,
    folders: [],
    reader: undefined,
    unreadable: [],
    model: undefined,
    matches: undefined,
    openThumbnails: async () => undefined,
    readGroups: async () => undefined,
    choices: undefined,
    settle: async () => ({
      imageOfRow: ids.map((id) => (id === "" ? undefined : { id, ...unknown })),
      changes: { new: count, changed: 0, moved: 0, removed: 0 },
      commit: async () => undefined,
    }),
    close: async () => undefined,
  };
}

async function* readShards(store: ShardStore, progress: Progress): AsyncGenerator<Shard> {
  for (let number = 0; number < store.shardCount; number++) {
    const shard = await store.readShard(number);
    progress.update("read", "rows", shard.firstRow + shard.vectors.imageCount, store.rowCount);
    yield shard;
  }
  progress.finish("read");
}
