import { cpus } from "node:os";
import { resolve } from "node:path";
import { FeatureIndex } from "#artifacts/feature-index.ts";
import type { OutputPaths } from "#artifacts/output-paths.ts";
import type { UnreadableFile } from "#artifacts/unreadable-files.ts";
import { buffered } from "#base/bounded-buffer.ts";
import { closeAll } from "#base/close-all.ts";
import { fingerprint } from "#base/fingerprint.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { HashedImage, ImageFile, ImageRecord, UnreadableImage } from "#data/image-record.ts";
import type { IndexRow } from "#data/index-row.ts";
import { RowOwners } from "#data/row-owners.ts";
import type { RunDevice } from "#device/run-device.ts";
import type { RunModel } from "#device/run-model.ts";
import type { Fleet } from "#fleet/fleet.ts";
import { THUMBNAIL_VERSION } from "#images/encode-thumbnail.ts";
import { type Listing, listImages } from "#images/list-images.ts";
import type { Fault } from "#images/unreadable-picture.ts";
import { MATCHER_VERSION } from "#matches/matcher.ts";
import { removedImages } from "#removal/removal-journal.ts";
import type { Settings } from "#settings/settings.ts";
import { LocalEmbedding } from "#tasks/embed-images.ts";
import { ExtractionTools } from "#tasks/extraction-tools.ts";
import { scan } from "./1-scan.ts";
import { extract } from "./2-extract.ts";
import { type FoundFolder, refuseShrunkFolders } from "./shrunk-folders.ts";
import type { SettledRows, Source } from "./source.ts";

// fewer are read within a second
const SHOWN_SHARDS = 10;

// files whose hash is known before their picture is decoded
const FILES_AHEAD = 64;

/** What every part of a run is told. */
export interface RunContext {
  readonly settings: Settings;
  readonly paths: OutputPaths;
  readonly device: RunDevice;
  /** Other machines that do the work; undefined where this one does. */
  readonly fleet: Fleet | undefined;
  readonly progress: Progress;
}

/** Lists what a run would read. */
export function listFiles(settings: Settings, paths: OutputPaths): Promise<Listing> {
  const folders = [
    ...settings.images.map((path) => ({ path, reference: false })),
    ...settings.references.map((path) => ({ path, reference: true })),
  ];
  return listImages(folders, { ignore: settings.scan.ignore, exclude: [resolve(paths.root)] });
}

/**
 * Pictures in folders, with the index of what earlier runs made of them.
 *
 * @param indexFolder where the index of this model lies
 */
export async function openImages(
  { settings, paths, device, fleet, progress }: RunContext,
  model: RunModel,
  indexFolder: string,
): Promise<Source> {
  const listing = await listFiles(settings, paths);
  refuseNoFiles(listing, settings);
  const { extract: reader, concurrency: decoders } = settings;
  const tools = new ExtractionTools(model, { reader, decoders, processors: cpus().length }, device);
  const embedder = (expected = listing.files.length) => tools.embedder(expected);
  const close = () =>
    closeAll(
      () => tools.close(),
      () => matches?.close(),
    );
  let matches: Source["matches"];
  try {
    const { preset, views, sha256 } = model;
    const dim = async () => (await embedder()).dim;
    const maker = { fingerprint: model.fingerprint, model: preset.name, views, dim };
    const index = await FeatureIndex.open(indexFolder, maker, {
      tell: (line) => progress.note(line),
      onProgress: (stage, done, total) => {
        if (total < SHOWN_SHARDS) return;
        progress.update(stage, "shards", done, total);
        if (done === total) progress.finish(stage);
      },
    });
    const run = new ImageRun(index, listing, { settings, removals: paths.removals }, await index.readUnreadable());
    await run.refuseShrunk(listing.folders);
    matches = await index.openMatches(MATCHER_VERSION);
    const { owners, unreadable } = run;
    const expectedImages = owners.countUnknown(listing.files);
    // the model opens while files are looked at
    if (expectedImages > 0 && !fleet) embedder(expectedImages).catch(() => undefined);
    const pathById = new Map(listing.files.map(({ id, path }) => [id, path]));
    const fresh = scan(listing.files, { ...run, verify: settings.verify, progress });
    return {
      store: index.store,
      strips: index,
      earlierShards: index.store.shardCount,
      isAlive: (row) => run.before[row].id !== "",
      vectorsAlive: (shard) => index.vectorsAlive(shard),
      fresh: extract(buffered(fresh, FILES_AHEAD), {
        ...{ index, owners, progress, views },
        embedding: fleet?.embedding(model, reader) ?? new LocalEmbedding(tools, listing.files.length),
        imagesTogether: settings.fleet.embedImages,
        shardRows: settings.index.shardRows,
        expectedImages,
        onUnreadable: (image, reason, fault) => run.addUnreadable(image, reason, fault),
      }),
      expectedRows: listing.files.length,
      ignored: listing.ignored,
      nameRow: (row) => JSON.stringify(index.rows[row].id),
      pathOf: (id) => pathById.get(id),
      folders: listing.folders.map(({ path, prefix, reference }) => ({ path, prefix, reference })),
      reader: tools.reader,
      unreadable,
      model: { preset, sha256, dim: index.store.dim, views },
      matches,
      openThumbnails: () => index.openThumbnails(THUMBNAIL_VERSION),
      readGroups: () => index.readGroups(),
      settle: () => run.settle(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a run finds out about its files. */
class ImageRun {
  readonly owners: RowOwners;
  readonly unreadable: UnreadableImage[] = [];
  readonly knownUnreadable: ReadonlyMap<string, UnreadableFile>;
  /** The rows as earlier runs left them. */
  readonly before: readonly IndexRow[];
  readonly #index: FeatureIndex;
  readonly #listing: Listing;
  readonly #allowShrink: boolean;
  readonly #removals: string;
  readonly #isListed: (id: string) => boolean;
  readonly #limits: string;
  readonly #shardRows: number;
  readonly #remembered: UnreadableFile[] = [];

  /** @param removals folder of the journals of `npm run apply` */
  constructor(
    index: FeatureIndex,
    listing: Listing,
    { settings, removals }: { readonly settings: Settings; readonly removals: string },
    known: readonly UnreadableFile[],
  ) {
    this.#index = index;
    this.#listing = listing;
    this.#removals = removals;
    this.#isListed = listedIn(listing);
    this.#allowShrink = settings.allowShrink;
    this.#limits = fingerprint(settings.extract);
    this.#shardRows = settings.index.shardRows;
    const sameLimits = known.filter(({ limits }) => limits === this.#limits);
    this.knownUnreadable = new Map(sameLimits.map((file) => [file.id, file]));
    this.before = [...index.rows];
    this.owners = new RowOwners(index.rows, index.record.reportedRows, this.#isListed);
  }

  /** See `refuseShrunkFolders`. */
  async refuseShrunk(folders: readonly FoundFolder[]): Promise<void> {
    if (this.#allowShrink) return;
    const removed = async (prefix: string) => {
      const taken = await removedImages(this.#removals);
      return this.before.filter(({ id }) => id.startsWith(prefix) && taken.has(id) && !this.#isListed(id)).length;
    };
    await refuseShrunkFolders(folders, { files: this.#index.record.folders, removed });
  }

  /** Where what is wrong lies in the file, it is not tried again until it changes. */
  addUnreadable({ id, bytes, modified }: HashedImage, reason: string, fault: Fault): void {
    const file = { id, stage: "extract", reason } as const;
    this.unreadable.push(file);
    if (fault === "content" && modified !== null)
      this.#remembered.push({ ...file, bytes, modified, limits: this.#limits });
  }

  async settle(): Promise<SettledRows> {
    const folders = this.#foundFolders();
    await this.refuseShrunk(folders);
    const found = new Set(this.unreadable);
    const skipped = [...this.knownUnreadable.values()].filter((file) => found.has(file));
    await this.#index.writeUnreadable([...skipped, ...this.#remembered]);
    const rows = this.owners.toRows();
    const imageOfRow = this.owners.files.map((file, row) => file && toRecord(file, rows[row]));
    return {
      imageOfRow,
      changes: this.owners.changesSince(this.before),
      commit: async (groups) => {
        await this.#index.settle({
          rows,
          groups,
          folders: Object.fromEntries(folders.map(({ path, files }) => [path, files])),
        });
        await this.#index.tidy(this.#shardRows);
      },
    };
  }

  /** Of the listed files, those that could at least be read. */
  #foundFolders(): FoundFolder[] {
    const lost = this.unreadable.filter(({ stage }) => stage === "scan");
    return this.#listing.folders.map(({ path, prefix, files }) => {
      return { path, prefix, files: files - lost.filter(({ id }) => id.startsWith(prefix)).length };
    });
  }
}

/** Whether an id was found, or lies in a folder that could not be looked into. */
function listedIn({ files }: Listing): (id: string) => boolean {
  const ids = new Set(files.map(({ id }) => id));
  const closed = files.filter(({ isFolder }) => isFolder).map(({ id }) => (id === "" ? "" : `${id}/`));
  return (id) => ids.has(id) || closed.some((prefix) => id.startsWith(prefix));
}

function toRecord({ id, reference, folderLabel }: ImageFile, row: IndexRow): ImageRecord {
  const { width, height, bytes, sha256 } = row;
  return { id, reference, folderLabel, width, height, bytes, sha256 };
}

function refuseNoFiles({ files }: Listing, settings: Settings): void {
  if (files.length > 0) return;
  const folders = [...settings.images, ...settings.references].map((folder) => `"${folder}"`).join(", ");
  throw new PipelineError("input", `Expected images in ${folders}, found no file`);
}
