import { copyFile, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { isAbsolute, join, relative, sep } from "node:path";
import pLimit from "p-limit";
import { closeAll } from "#base/close-all.ts";
import { hashFile } from "#base/hash-file.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { RunDevice } from "#device/run-device.ts";
import { type EmbedSpecification, packEmbedded, type SharedImage, type SharedModel } from "#fleet/embed-task.ts";
import type { FetchedFile, FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import type { Settings } from "#settings/settings.ts";
import { embedImages } from "#tasks/embed-images.ts";
import { ExtractionTools } from "#tasks/extraction-tools.ts";

/** Each may wait for an answer. */
const FETCHED_AT_ONCE = 16;

export interface EmbedHandlerOptions {
  readonly storage: FleetStorage;
  readonly device: RunDevice;
  readonly settings: Pick<Settings, "concurrency">;
  /** Of this machine: where files of models are put that have others beside them. */
  readonly folder: string;
}

/** Processors that a worker computes on. */
export function processorsOf({ concurrency }: Pick<Settings, "concurrency">): number {
  return Math.min(availableParallelism(), concurrency ?? Number.POSITIVE_INFINITY);
}

/** A model that is open here. */
interface OpenModel {
  readonly tools: ExtractionTools;
  close(): Promise<void>;
}

/** Turns pictures into features, for a fleet. Models stay open for the tasks that follow. */
export class EmbedHandler {
  readonly #options: EmbedHandlerOptions;
  readonly #models = new Map<string, Promise<OpenModel>>();

  constructor(options: EmbedHandlerOptions) {
    this.#options = options;
  }

  async run({ model, limits, images }: EmbedSpecification): Promise<Uint8Array> {
    const opened = this.#models.get(model.fingerprint) ?? this.#open(model, limits);
    this.#models.set(model.fingerprint, opened);
    // one that could not be opened may be there the next time
    opened.catch(() => this.#models.delete(model.fingerprint));
    const { tools } = await opened;
    const files = new TaskFiles(this.#options.storage, images);
    try {
      const expected = Number.POSITIVE_INFINITY;
      const embedded = await embedImages(files.paths, tools, { expected, onDone: () => undefined });
      files.refuseNone();
      return packEmbedded(embedded);
    } finally {
      await files.release();
    }
  }

  close(): Promise<void> {
    const opened = [...this.#models.values()];
    this.#models.clear();
    return closeAll(...opened.map((model) => async () => (await model.catch(() => undefined))?.close()));
  }

  async #open(model: SharedModel, reader: EmbedSpecification["limits"]): Promise<OpenModel> {
    const { storage, settings, device } = this.#options;
    const held = await Promise.all(model.files.map(({ reference }) => storage.fetch(reference)));
    for (const [i, { path }] of held.entries()) {
      // features of a damaged model would look like any others
      if ((await hashFile(path)).sha256 === model.files[i].sha256) continue;
      for (const { release } of held) release();
      const { name, reference } = model.files[i];
      throw new PipelineError(
        "artifact",
        `Expected "${name}" of the model as "${reference}" in ${storage.name}, found another file: run again, which mends it`,
      );
    }
    const { preset, views, sha256, fingerprint } = model;
    const folder = held.length > 1 ? await this.#together(model, held) : undefined;
    const file = folder ? join(folder, model.files[0].name) : held[0].path;
    const limits = { reader, decoders: settings.concurrency, processors: processorsOf(settings) };
    const tools = new ExtractionTools({ file, preset, views, sha256, fingerprint }, limits, device);
    const close = () =>
      closeAll(
        () => tools.close(),
        async () => {
          for (const { release } of held) release();
        },
        async () => folder && rm(folder, { recursive: true, force: true }),
      );
    return { tools, close };
  }

  /** A model finds its weights by their names beside it. */
  async #together({ files }: SharedModel, held: readonly FetchedFile[]): Promise<string> {
    await mkdir(this.#options.folder, { recursive: true });
    const folder = await mkdtemp(join(this.#options.folder, "twinsift-model-"));
    for (const [i, { name }] of files.entries()) {
      await makeWay(folder, name);
      await copyFile(held[i].path, join(folder, name));
    }
    return folder;
  }
}

/** Makes the folders on the way to a file, also those that it leaves again: `weights/../w.bin` is not found without one. */
async function makeWay(folder: string, name: string): Promise<void> {
  let at = folder;
  for (const part of name.split("/").slice(0, -1)) {
    at = join(at, part);
    const below = relative(folder, at);
    if (below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below))
      throw new PipelineError("input", `Expected weights in the model's folder, found "${name}": copy them there`);
    await mkdir(at, { recursive: true });
  }
}

/** The pictures of a task, fetched ahead of who decodes them. */
class TaskFiles {
  readonly paths: readonly Promise<string>[];
  readonly #storage: FleetStorage;
  readonly #held: FetchedFile[] = [];
  readonly #images: readonly SharedImage[];
  #missing = 0;

  constructor(storage: FleetStorage, images: readonly SharedImage[]) {
    const turn = pLimit(FETCHED_AT_ONCE);
    this.#storage = storage;
    this.#images = images;
    this.paths = images.map((image) => turn(() => this.#pathOf(image)));
    // who decodes them hears of what goes wrong
    for (const path of this.paths) path.catch(() => undefined);
  }

  async #pathOf({ reference, bytes }: SharedImage): Promise<string> {
    const file = await this.#storage.fetch(reference);
    this.#held.push(file);
    // what is wrong with a file is found when it is decoded
    const size = await stat(file.path).then(
      (found) => found.size,
      (error) => {
        if (error.code === "ENOENT" || error.code === "ENOTDIR") this.#missing++;
        return undefined;
      },
    );
    if (size === undefined || size === bytes) return file.path;
    const reason = `it has changed since it was listed: expected ${bytes} bytes, found ${size}`;
    throw new UnreadablePicture("circumstances", reason);
  }

  /** One picture may be gone; where all are, this machine does not see what the planner sees. */
  refuseNone(): void {
    const count = this.#images.length;
    if (this.#missing < count) return;
    const first = JSON.stringify(this.#images[0].reference);
    throw new Error(
      `Found none of the ${count} pictures in ${this.#storage.name}, the first is ${first}: are the image folders mounted?`,
    );
  }

  async release(): Promise<void> {
    await Promise.allSettled(this.paths);
    for (const { release } of this.#held) release();
  }
}
