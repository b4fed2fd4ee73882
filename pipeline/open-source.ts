import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { draftOf, type OutputPaths } from "#artifacts/output-paths.ts";
import { PairStore } from "#artifacts/pair-store.ts";
import { INDEX_RECORD, ShardStore } from "#artifacts/shard-store.ts";
import { dropDraft, publishDraft, startDraft } from "#artifacts/whole-folder.ts";
import { buffered } from "#base/bounded-buffer.ts";
import { fingerprint } from "#base/fingerprint.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { UnreadableImage } from "#data/image-record.ts";
import { preprocessingOf } from "#data/model-preset.ts";
import type { Shard } from "#data/shard.ts";
import { Embedder } from "#features/embedder.ts";
import { hashFile } from "#images/hash-file.ts";
import { type Listing, listImages } from "#images/list-images.ts";
import type { RunFacts } from "#reports/run-report.ts";
import { chosenViews } from "#settings/chosen-views.ts";
import { findModel } from "#settings/find-model.ts";
import type { Settings } from "#settings/settings.ts";
import { scan } from "./1-scan.ts";
import { extract, readShards } from "./2-extract.ts";

/** Where the rows of a run come from: pictures, or features that somebody else made. */
export interface Source {
  readonly store: ShardStore;
  /** Where the pairs of the run go. */
  readonly pairs: PairStore;
  /** Not read yet; take them once. */
  readonly shards: AsyncIterable<Shard>;
  /** Rows there may be in all. */
  readonly expectedRows: number;
  readonly ignored: number;
  /** Where an image lies on disk; undefined where there are no pictures. */
  readonly pathOf: (id: string) => string | undefined;
  /** Grows while the shards are read. */
  readonly unreadable: readonly UnreadableImage[];
  readonly model: RunFacts["model"] | undefined;
  /** Puts the new index in the place of the old one. */
  publish(): Promise<void>;
  /** Lets go of threads and of what was not published. */
  close(): Promise<void>;
}

// files whose hash is known before their picture is decoded
const FILES_AHEAD = 64;

/** Lists what a run would read. */
export function listFiles(settings: Settings, paths: OutputPaths): Promise<Listing> {
  const folders = [
    ...settings.images.map((path) => ({ path, reference: false })),
    ...settings.references.map((path) => ({ path, reference: true })),
  ];
  return listImages(folders, { ignore: settings.scan.ignore, exclude: [resolve(paths.root)] });
}

export function openSource(settings: Settings, paths: OutputPaths, progress: Progress): Promise<Source> {
  return settings.features === null
    ? openImages(settings, paths, progress)
    : openFeatures(settings.features, settings, paths, progress);
}

async function openImages(settings: Settings, paths: OutputPaths, progress: Progress): Promise<Source> {
  const { file, preset } = findModel(settings);
  const { files, ignored } = await listFiles(settings, paths);
  if (files.length === 0) {
    const folders = [...settings.images, ...settings.references].map((folder) => `"${folder}"`).join(", ");
    throw new PipelineError("input", `Expected images in ${folders}, found no file`);
  }
  const { sha256 } = await hashFile(file);
  const embedder = await Embedder.open(file, preset, settings.device);
  const close = async () => {
    await embedder.close();
    await dropDraft(paths.index);
  };
  try {
    const views = chosenViews(settings, preset);
    const model = { preset, sha256, dim: embedder.dim, views };
    const draft = await startDraft(paths.index, INDEX_RECORD);
    const store = new ShardStore(draft, embedder.dim);
    const pairs = new PairStore(join(draft, "pairs"));
    const unreadable: UnreadableImage[] = [];
    progress.update("scan", "files", 0, files.length);
    const shards = extract(buffered(scan(files, { progress, unreadable }), FILES_AHEAD), {
      embedder,
      decode: { preset, maxPixels: settings.extract.maxPixels, views },
      store,
      shardRows: settings.index.shardRows,
      concurrency: settings.concurrency ?? cpus().length,
      fileCount: files.length,
      progress,
      unreadable,
    });
    const publish = async () => {
      await store.finish({ features_made_by: fingerprint({ sha256, preprocessing: preprocessingOf(preset) }), views });
      await publishDraft(paths.index);
    };
    const pathById = new Map(files.map(({ id, path }) => [id, path]));
    const pathOf = (id: string) => pathById.get(id);
    return { store, pairs, shards, expectedRows: files.length, ignored, pathOf, unreadable, model, publish, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openFeatures(
  folder: string,
  settings: Settings,
  paths: OutputPaths,
  progress: Progress,
): Promise<Source> {
  const { dim, parts, ids } = await openNpyFolder(folder, settings.index.shardRows);
  const images = ids.map((id) => ({
    id,
    reference: false,
    folderLabel: "",
    width: 0,
    height: 0,
    bytes: 0,
    sha256: "",
  }));
  const store = new ShardStore(folder, dim, { parts, images });
  return {
    store,
    pairs: new PairStore(draftOf(paths.pairs)),
    shards: readShards(store, progress),
    expectedRows: images.length,
    ignored: 0,
    pathOf: () => undefined,
    unreadable: [],
    model: undefined,
    publish: async () => undefined,
    close: () => dropDraft(paths.pairs),
  };
}
