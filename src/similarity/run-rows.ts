import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ImagePlaces } from "#artifacts/image-places.ts";
import { readImages } from "#artifacts/index-files.ts";
import {
  INDEX_RECORD,
  INDEX_RECORD_COPY,
  type IndexRecord,
  readIndexRecord,
  type ShardFiles,
} from "#artifacts/index-record.ts";
import type { OutputPaths } from "#artifacts/output-paths.ts";
import { readChecked } from "#artifacts/read-checked.ts";
import { partsOf } from "#artifacts/shard-files.ts";
import { storedFolders } from "#artifacts/stored-folders.ts";
import { fingerprint } from "#base/fingerprint.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { IndexRow } from "#data/index-row.ts";
import { firstModel } from "#device/run-model.ts";
import { parseUnicodeArray } from "#npy/unicode-array.ts";
import type { Settings } from "#settings/settings.ts";
import type { ImageRows, KnownModel, ShardRows } from "#similarity/image-rows.ts";
import type { IndexedImage } from "#similarity/similar-images.ts";

/** What is wanted of each image: `ids` are read sooner than all `facts`. */
export type RowDetail = "ids" | "facts";

/**
 * The images of the latest finished run, as its index and run.json tell. Nothing is changed on disk.
 *
 * @param tell gets a line where pictures cannot be had
 * @throws PipelineError `artifact` where there is no finished run, or a file of the index is not whole
 */
export async function runRows(paths: OutputPaths, detail: RowDetail, tell: (line: string) => void): Promise<ImageRows> {
  const record = await finishedRecord(paths);
  const places = await placesOf(paths, tell);
  const images: (IndexedImage | undefined)[] = [];
  const shards: ShardRows[] = [];
  for (const { rows: rowCount, content } of record.shards) {
    // what lies behind was brought by a run that did not end
    if (images.length >= record.reportedRows) break;
    if (content) {
      const part = partsOf(paths.index, content, { firstRow: images.length, rowCount, dim: record.madeBy.dim });
      const { features, views } = content;
      shards.push({ part, key: fingerprint({ features, views, dim: record.madeBy.dim }) });
    }
    const known = content ? await readRows(paths.index, content, detail) : [];
    const isReference = (id: string) => places?.folderOf(id)?.reference ?? false;
    for (let i = 0; i < rowCount; i++) images.push(imageOf(known[i], isReference));
  }
  return {
    generation: fingerprint({ record, folders: places?.folders ?? null }),
    images,
    shards,
    dim: record.madeBy.dim,
    views: shards[0]?.part.views?.perImage ?? 0,
    modelName: record.madeBy.model,
    folders: places?.folders ?? [],
    pathOf: (id) => places?.find(id)?.path,
  };
}

async function finishedRecord({ root, index }: OutputPaths): Promise<IndexRecord> {
  const first = await readIndexRecord(join(index, INDEX_RECORD));
  const found = typeof first === "object" ? first : await readIndexRecord(join(index, INDEX_RECORD_COPY));
  if (found === "other") {
    const advice = "run the pipeline again with this version";
    throw new PipelineError("artifact", `The index "${index}" was made by another version of this program: ${advice}`);
  }
  if (typeof found === "object" && found.reportedRows > 0) return found;
  const state = found === undefined ? "none" : found === "damaged" ? "a damaged one" : "one of a run that did not end";
  const advice = `run npm run pipeline, with --output where that is another folder than "${root}"`;
  throw new PipelineError("artifact", `Expected an index in "${index}", found ${state}: ${advice}`);
}

/** Rows of a shard, or their ids alone. */
async function readRows(
  folder: string,
  { images, objectIds }: ShardFiles,
  detail: RowDetail,
): Promise<readonly (IndexRow | string)[]> {
  if (detail === "facts" || objectIds === null) return readImages(folder, images);
  return parseUnicodeArray(await readChecked(folder, objectIds), join(folder, objectIds.name));
}

/** Undefined for a row that is dead or lost. */
function imageOf(row: IndexRow | string | undefined, isReference: (id: string) => boolean): IndexedImage | undefined {
  if (typeof row === "string") {
    return row === ""
      ? undefined
      : { objectId: row, width: 0, height: 0, bytes: 0, sha256: "", isReference: isReference(row) };
  }
  if (row === undefined || row.id === "") return undefined;
  const { id: objectId, width, height, bytes, sha256 } = row;
  return { objectId, width, height, bytes, sha256, isReference: isReference(objectId) };
}

async function placesOf({ reports }: OutputPaths, tell: (line: string) => void): Promise<ImagePlaces | undefined> {
  try {
    return await ImagePlaces.open(await storedFolders(reports));
  } catch (error) {
    tell(`Pictures cannot be shown: ${messageOf(error)}`);
    return undefined;
  }
}

/** The model as the latest run was told of it; to be opened while the index is. @throws as `runRows` */
export async function runModel(paths: OutputPaths): Promise<KnownModel> {
  return modelOf(paths, await finishedRecord(paths));
}

async function modelOf({ reports }: OutputPaths, { madeBy }: IndexRecord): Promise<KnownModel> {
  const file = join(reports, "run.json");
  const { dim } = madeBy;
  try {
    const { config } = JSON.parse(await readFile(file, "utf8")) as { config: Settings };
    const model = await firstModel(config);
    if (model.fingerprint === madeBy.fingerprint) return { dim, model, noModel: "" };
    const noModel = `the index was made by ${madeBy.model} as it was then, which is another model or preset now: run the pipeline again`;
    return { dim, model: undefined, noModel };
  } catch (error) {
    const noModel = `the model of the latest run cannot be used (${messageOf(error)})`;
    return { dim, model: undefined, noModel };
  }
}
