import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sha256 } from "#base/fingerprint.ts";
import type { HashedImage } from "#data/image-record.ts";
import { RunDevice } from "#device/run-device.ts";
import { firstModel } from "#device/run-model.ts";
import { FleetEmbedding } from "#fleet/fleet-embedding.ts";
import { resultKey, type TaskQueue } from "#fleet/fleet-plan.ts";
import { FleetTasks } from "#fleet/fleet-tasks.ts";
import { EmbedHandler } from "#fleet/worker/embed-handler.ts";
import { readSettings } from "#settings/read-settings.ts";
import { LocalEmbedding } from "#tasks/embed-images.ts";
import { ExtractionTools } from "#tasks/extraction-tools.ts";
import { givenStorage, KINDS, SPACE } from "../support/given-storages.ts";
import { modelWithPictureWeightsIn } from "../support/hand-made-model.ts";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { TINY_PRESET } from "../support/tiny-model.ts";

const WEIGHTS = Float32Array.of(1, -2, 300, 0.5);

/** A model whose weights lie in a file of their own, and pictures beside it. */
async function given(folder: string, location: string) {
  const file = join(folder, "model/tiny.onnx");
  await mkdir(join(folder, "model/weights"), { recursive: true });
  await writeFile(file, modelWithPictureWeightsIn(location));
  await writeFile(join(folder, "model", location), new Uint8Array(WEIGHTS.buffer));
  const settings = readSettings(undefined, {
    images: [folder],
    model: file,
    views: [],
    concurrency: 2,
    presets: { tiny: { ...TINY_PRESET, normalize: false, files: ["tiny.onnx"] } as never },
  });
  const images: HashedImage[] = [];
  for (const seed of [1, 2, 3]) {
    const bytes = await drawPicture(seed).png().toBuffer();
    await writeFiles(folder, { [`${seed}.png`]: bytes });
    const path = join(folder, `${seed}.png`);
    images.push({ id: `${seed}`, path, sha256: sha256(bytes), bytes: bytes.length, modified: 0 } as HashedImage);
  }
  return { settings, images, model: await firstModel(settings) };
}

test.each(KINDS.flatMap((kind) => ["w.bin", "weights/w.bin", "weights/../w.bin"].map((location) => [kind, location])))(
  "%s: a model with weights in %s gives a worker the features that it gives here",
  async (kind, location) => {
    const { storage, another, folder } = await givenStorage(kind as (typeof KINDS)[number]);
    const { settings, images, model } = await given(folder, location);
    const device = new RunDevice("cpu", () => undefined);
    const own = await temporaryFolder();
    const handler = new EmbedHandler({ storage: await another(), device, settings, folder: own });
    const limits = settings.extract;
    const tools = new ExtractionTools(model, { reader: limits, decoders: 2, processors: 2 }, device);
    onTestFinished(async () => {
      await handler.close();
      await tools.close();
      await device.close();
    });
    const queue: TaskQueue = {
      run: async (_kind, name, specification) => {
        const result = await handler.run(JSON.parse(Buffer.from(specification).toString()));
        await storage.write(resultKey(SPACE, name), result);
        return { isDone: true };
      },
      close: async () => undefined,
    };
    const tasks = new FleetTasks(queue, storage, SPACE);
    const fleet = new FleetEmbedding({ tasks, storage, space: SPACE, model, limits, atOnce: 1 });
    const there = await (await fleet.embed(images, () => undefined))!.read();
    const here = await (await new LocalEmbedding(tools, 3).embed(images, () => undefined)).read();
    expect(there).toEqual(here);
    expect(here.map((picture) => "vectors" in picture && picture.vectors[0][2] > 290)).toEqual([true, true, true]);
    await handler.close();
    expect(await readdir(own)).toEqual([]);
  },
);

test.each(KINDS)("%s: a model that is damaged in storage is refused, and mended by the next run", async (kind) => {
  const { storage, another, folder } = await givenStorage(kind);
  const { settings, images, model } = await given(folder, "w.bin");
  const device = new RunDevice("cpu", () => undefined);
  onTestFinished(() => device.close());
  const embedding = (run: (specification: Uint8Array) => Promise<void>) => {
    const queue: TaskQueue = {
      run: async (_kind, _name, specification) => run(specification).then(() => ({ isDone: true })),
      close: async () => undefined,
    };
    const tasks = new FleetTasks(queue, storage, SPACE);
    return new FleetEmbedding({ tasks, storage, space: SPACE, model, limits: settings.extract, atOnce: 1 });
  };
  const work = async (specification: Uint8Array) => {
    const handler = new EmbedHandler({ storage: await another(), device, settings, folder: await temporaryFolder() });
    onTestFinished(() => handler.close());
    await handler.run(JSON.parse(Buffer.from(specification).toString()));
  };
  const key = `${SPACE}models/${model.fingerprint}/1`;
  const damaging = embedding(async (specification) => {
    await storage.remove([key]);
    await storage.write(
      key,
      new Uint8Array(WEIGHTS.buffer).map((byte) => byte ^ 1),
    );
    await work(specification);
  });
  await expect(damaging.embed(images, () => undefined)).rejects.toThrow(
    /Expected "w.bin" of the model .* found another file/,
  );
  await embedding(work).embed(images, () => undefined);
  expect(await storage.read(key)).toEqual(Buffer.from(WEIGHTS.buffer));
});
