import { existsSync } from "node:fs";
import { join } from "node:path";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { MemoryStrips } from "#artifacts/pair-strips.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { storedGroups } from "#artifacts/stored-groups.ts";
import type { Progress } from "#base/progress.ts";
import type { KnownGroup } from "#data/known-group.ts";
import type { Shard } from "#data/shard.ts";
import type { RunContext } from "./open-images.ts";
import type { Source } from "./source.ts";

/**
 * Features that somebody else made: nothing is kept of them but the latest reports. Rows without an id take no part.
 *
 * @param folder with their shards
 */
export async function openFeatures(folder: string, { settings, paths, progress }: RunContext): Promise<Source> {
  const { dim, parts, ids } = await openNpyFolder(folder, settings.index.shardRows);
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
    readGroups: () => knownGroups(paths.reports),
    settle: async () => ({
      imageOfRow: ids.map((id) => (id === "" ? undefined : { id, ...unknown })),
      changes: { new: count, changed: 0, moved: 0, removed: 0 },
      commit: async () => undefined,
    }),
    close: async () => undefined,
  };
}

async function knownGroups(reports: string): Promise<KnownGroup[]> {
  const groups: KnownGroup[] = [];
  if (!existsSync(join(reports, "groups.json"))) return groups;
  for await (const { group_id, members } of storedGroups(reports)) {
    const [paths, sha256s] = [members.map(({ path }) => path), members.map(({ sha256 }) => sha256)];
    groups.push({ id: group_id, paths, sha256s });
  }
  return groups;
}

async function* readShards(store: ShardStore, progress: Progress): AsyncGenerator<Shard> {
  for (let number = 0; number < store.shardCount; number++) {
    const shard = await store.readShard(number);
    progress.update("read", "rows", shard.firstRow + shard.vectors.imageCount, store.rowCount);
    yield shard;
  }
  progress.finish("read");
}
