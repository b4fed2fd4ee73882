import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { sha256 } from "#base/fingerprint.ts";
import type { HashedImage } from "#data/image-record.ts";
import type { RunModel } from "#device/run-model.ts";
import { type EmbedSpecification, type SharedModel, unpackEmbedded } from "#fleet/embed-task.ts";
import type { FleetTasks } from "#fleet/fleet-tasks.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { writeExactly } from "#fleet/storage/write-exactly.ts";
import type { ReaderLimits } from "#images/picture-reader.ts";
import { readOnnxFile } from "#onnx/read-onnx-file.ts";
import { weightPaths } from "#onnx/weight-files.ts";
import type { EmbeddedTask, PictureEmbedding } from "#tasks/picture-embedding.ts";

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
  /** Names under which pictures are shared now. */
  readonly #shared = new Set<string>();
  #model: Promise<SharedModel> | undefined;

  constructor(options: FleetEmbeddingOptions) {
    this.#options = options;
    this.atOnce = options.atOnce;
  }

  async embed(images: readonly HashedImage[], onDone: (images: number) => void): Promise<EmbeddedTask | undefined> {
    const { tasks, limits, storage, space } = this.#options;
    this.#model ??= this.#shareModel();
    const model = await this.#model;
    const name = this.#nameOf(images, model);
    const references = await storage.shareTogether(images, `${space}images/${name}`);
    const shared = images.map((image, i) => ({ reference: references[i], sha256: image.sha256, bytes: image.bytes }));
    const specification: EmbedSpecification = { model, limits, images: shared };
    const [first, last] = [images[0].id, images[images.length - 1].id].map((id) => JSON.stringify(id));
    const task = await tasks.run(
      "embed",
      specification,
      `the features of ${images.length} images from ${first} to ${last}`,
    );
    if (!task) return undefined;
    onDone(images.length);
    const release = async () => {
      // what cannot be removed now goes at the end of the run
      await Promise.allSettled([task.forget(), storage.unshare(references)]);
      this.#shared.delete(name);
    };
    const read = async () => {
      const pictures = await task.read(unpackEmbedded);
      // which of them failed is only known now
      onDone(-pictures.filter((picture) => "reason" in picture).length);
      return pictures;
    };
    return { read, release };
  }

  /** Of the pictures' content. Those of another task that is on its way may be the same: what lies there for one goes before the other's. */
  #nameOf(images: readonly HashedImage[], { fingerprint }: SharedModel): string {
    const content = sha256([fingerprint, ...images.map((image) => image.sha256)].join("\n"));
    let name = content;
    for (let copy = 1; this.#shared.has(name); copy++) name = `${content}-copy${copy}`;
    this.#shared.add(name);
    return name;
  }

  /** A model may come with this program, or lie anywhere: it goes to storage as it is, with its weights beside it. */
  async #shareModel(): Promise<SharedModel> {
    const { storage, space, model } = this.#options;
    const { file, fingerprint, preset, views } = model;
    const onnx = readOnnxFile(file);
    const names = [basename(file), ...onnx.weightFiles];
    const files: SharedModel["files"][number][] = [];
    for (const [i, path] of [file, ...weightPaths(onnx)].entries()) {
      const reference = `${space}models/${fingerprint}/${i}`;
      const bytes = await readFile(path);
      await writeExactly(storage, reference, bytes);
      files.push({ reference, name: names[i], sha256: sha256(bytes) });
    }
    return { fingerprint, sha256: model.sha256, preset, views, files };
  }
}
