import { readFile } from "node:fs/promises";
import { basename, dirname, relative, sep } from "node:path";
import type { HashedImage } from "#data/image-record.ts";
import type { RunModel } from "#device/run-model.ts";
import { type EmbedSpecification, type SharedModel, unpackEmbedded } from "#fleet/embed-task.ts";
import type { FleetStorage } from "#fleet/fleet-storage.ts";
import type { FleetTasks } from "#fleet/fleet-tasks.ts";
import type { ReaderLimits } from "#images/picture-reader.ts";
import { readOnnxFile } from "#onnx/read-onnx-file.ts";
import { weightPaths } from "#onnx/weight-files.ts";
import type { EmbeddedTask, PictureEmbedding } from "#tasks/picture-embedding.ts";

/** Files that are shared at once: in a bucket each waits for an answer. */
export const SHARED_AT_ONCE = 16;

export interface FleetEmbeddingOptions {
  readonly tasks: FleetTasks;
  readonly storage: FleetStorage;
  readonly space: string;
  readonly model: RunModel;
  readonly limits: ReaderLimits;
  /** Tasks that keep all workers busy. */
  readonly atOnce: number;
}

/** Has pictures embedded by the workers of a fleet. */
export class FleetEmbedding implements PictureEmbedding {
  readonly atOnce: number;
  readonly #options: FleetEmbeddingOptions;
  #model: Promise<SharedModel> | undefined;

  constructor(options: FleetEmbeddingOptions) {
    this.#options = options;
    this.atOnce = options.atOnce;
  }

  async embed(images: readonly HashedImage[], onDone: (images: number) => void): Promise<EmbeddedTask | undefined> {
    const { tasks, limits, storage, space } = this.#options;
    this.#model ??= this.#shareModel();
    const model = await this.#model;
    const shared: EmbedSpecification["images"][number][] = [];
    for (const { path, sha256, bytes } of images)
      shared.push({ reference: await storage.share(path, `${space}images/${sha256}`), sha256, bytes });
    const specification: EmbedSpecification = { model, limits, images: shared };
    const [first, last] = [images[0].id, images[images.length - 1].id].map((id) => JSON.stringify(id));
    const task = await tasks.run(
      "embed",
      specification,
      `the features of ${images.length} images from ${first} to ${last}`,
    );
    if (!task) return undefined;
    onDone(images.length);
    return { read: () => task.read(unpackEmbedded) };
  }

  /** A model may come with this program, or lie anywhere: it goes to storage as it is, with its weights beside it. */
  async #shareModel(): Promise<SharedModel> {
    const { storage, space, model } = this.#options;
    const { file, fingerprint, sha256, preset, views } = model;
    const folder = dirname(file);
    const files: { reference: string; name: string }[] = [];
    for (const path of [file, ...weightPaths(readOnnxFile(file))]) {
      const name = path === file ? basename(file) : relative(folder, path).split(sep).join("/");
      const reference = `${space}models/${fingerprint}/${name}`;
      await storage.write(reference, await readFile(path));
      files.push({ reference, name });
    }
    return { fingerprint, sha256, preset, views, files };
  }
}
