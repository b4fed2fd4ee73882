import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import type { ShardPart } from "#artifacts/shard-files.ts";
import { fingerprint } from "#base/fingerprint.ts";
import type { ImageRows, KnownModel, ShardRows } from "#similarity/image-rows.ts";

/** Features come without a model. */
export const NO_MODEL: KnownModel = {
  dim: 0,
  model: undefined,
  noModel: "features come without a model: ask for an object id",
};

/**
 * Vectors that somebody else made, in a folder of .npy shards.
 *
 * @throws PipelineError `artifact` when a file is missing or misshapen, dims differ, or an id stands twice
 */
export async function featureFolderRows(folder: string, shardRows: number): Promise<ImageRows> {
  const { dim, parts, ids } = await openNpyFolder(folder, shardRows);
  const shards = await Promise.all(parts.map(shardOf));
  const unknown = { width: 0, height: 0, bytes: 0, sha256: "", isReference: false };
  return {
    generation: fingerprint(shards.map(({ key }) => key)),
    images: ids.map((objectId) => (objectId === "" ? undefined : { objectId, ...unknown })),
    shards,
    dim,
    views: parts[0]?.views?.perImage ?? 0,
    modelName: undefined,
    folders: [],
    pathOf: () => undefined,
  };
}

/** A file is known by its place, size and time: reading all of it would take as long as what the name is to save. */
async function shardOf(part: ShardPart): Promise<ShardRows> {
  const files = [part.file, ...(part.views ? [part.views.file] : [])];
  const states = await Promise.all(
    files.map(async (file) => {
      const { size, mtimeMs, ino } = await stat(file);
      return [resolve(file), size, mtimeMs, ino];
    }),
  );
  return { part, key: fingerprint([states, part.firstRowInFile, part.rowCount]) };
}
