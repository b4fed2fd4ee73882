import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sha256 } from "#base/fingerprint.ts";
import type { HashedImage } from "#data/image-record.ts";
import type { RunModel } from "#device/run-model.ts";
import { type EmbedSpecification, packEmbedded } from "#fleet/embed-task.ts";
import { FleetEmbedding } from "#fleet/fleet-embedding.ts";
import { resultKey, type TaskQueue, taskKey } from "#fleet/fleet-plan.ts";
import { FleetTasks } from "#fleet/fleet-tasks.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { givenStorage, KINDS, SPACE } from "../support/given-storages.ts";
import { TINY_PRESET, writeTinyModel } from "../support/tiny-model.ts";

/** Does every task at once: the feature of a picture is its size. */
class ToyQueue implements TaskQueue {
  readonly names: string[] = [];
  readonly #storage: FleetStorage;

  constructor(storage: FleetStorage) {
    this.#storage = storage;
  }

  async run(_kind: "embed", name: string, specification: Uint8Array) {
    this.names.push(name);
    await this.#storage.write(taskKey(SPACE, name), specification);
    const { images }: EmbedSpecification = JSON.parse(Buffer.from(specification).toString());
    const pictures = images.map(({ bytes }) => ({ width: 1, height: 1, vectors: [Float32Array.of(bytes)] as const }));
    for (const { reference } of images) (await this.#storage.fetch(reference)).release();
    await this.#storage.write(resultKey(SPACE, name), packEmbedded(pictures));
    return { isDone: true as const };
  }

  async close(): Promise<void> {}
}

async function given(kind: (typeof KINDS)[number]) {
  const { storage, folder } = await givenStorage(kind);
  const images = await Promise.all(
    ["a", "bb", "ccc"].map(async (content): Promise<HashedImage> => {
      const path = join(folder, `${content}.jpg`);
      await writeFile(path, content);
      return { id: content, path, sha256: sha256(content), bytes: content.length, modified: 0 } as HashedImage;
    }),
  );
  const file = join(folder, "tiny.onnx");
  await writeTinyModel(file);
  const model = { file, preset: TINY_PRESET, views: [], sha256: "0", fingerprint: "0" } as unknown as RunModel;
  const queue = new ToyQueue(storage);
  const tasks = new FleetTasks(queue, storage, SPACE);
  const limits = { maxPixels: 1, maxSeconds: 1, maxMemory: 1 } as never;
  const embedding = new FleetEmbedding({ tasks, storage, space: SPACE, model, limits, atOnce: 4 });
  const keysOf = async (prefix: string) => {
    const keys: string[] = [];
    for await (const key of storage.list(SPACE + prefix)) keys.push(key);
    return keys;
  };
  return { storage, images, queue, embedding, keysOf };
}

const featuresOf = async (task: Awaited<ReturnType<FleetEmbedding["embed"]>>) =>
  (await task!.read()).map((picture) => ("vectors" in picture ? picture.vectors[0][0] : picture.reason));

const testEach = test.each(KINDS);

testEach("%s: what a task left goes when its rows are on disk, and not before", async (kind) => {
  const { images, embedding, keysOf } = await given(kind);
  const [one, other] = await Promise.all([
    embedding.embed(images.slice(0, 2), () => undefined),
    embedding.embed(images.slice(2), () => undefined),
  ]);
  expect(await featuresOf(one)).toEqual([1, 2]);
  expect(await featuresOf(one)).toEqual([1, 2]);
  await one!.release();
  expect(await keysOf("results/")).toHaveLength(1);
  expect(await keysOf("images/")).toHaveLength(kind === "s3" ? 1 : 0);
  expect(await featuresOf(other)).toEqual([3]);
  await other!.release();
  expect([...(await keysOf("results/")), ...(await keysOf("images/"))]).toEqual([]);
});

test("tasks of the same pictures that are on their way at once do not take from each other what they need", async () => {
  const { images, embedding, keysOf, queue, storage } = await given("s3");
  const [one, other] = await Promise.all([1, 2].map(() => embedding.embed(images, () => undefined)));
  expect(new Set(queue.names).size).toBe(2);
  // either may be dealt first
  const specifications = await Promise.all(queue.names.map((name) => storage.read(taskKey(SPACE, name))));
  const first = specifications.findIndex((specification) => !Buffer.from(specification!).includes("-copy1"));
  await featuresOf(one);
  await one!.release();
  expect(await keysOf("images/")).toHaveLength(1);
  expect(await featuresOf(other)).toEqual([1, 2, 3]);
  await other!.release();
  const again = await embedding.embed(images, () => undefined);
  expect(queue.names[2]).toBe(queue.names[first]);
  expect(await featuresOf(again)).toEqual([1, 2, 3]);
});

testEach("%s: a run that begins again asks for the same tasks", async (kind) => {
  const { images, storage, embedding, queue } = await given(kind);
  await embedding.embed(images, () => undefined);
  const tasks = new FleetTasks(queue, storage, SPACE);
  const { model, limits } = JSON.parse(
    Buffer.from((await storage.read(taskKey(SPACE, queue.names[0])))!).toString(),
  ) as EmbedSpecification;
  expect(model.fingerprint).toBe("0");
  const file = join(images[0].path, "../tiny.onnx");
  const next = new FleetEmbedding({ tasks, storage, space: SPACE, model: { ...model, file }, limits, atOnce: 1 });
  await next.embed(images, () => undefined);
  expect(queue.names[1]).toBe(queue.names[0]);
});

testEach("%s: what cannot be removed ends no run", async (kind) => {
  const { images, storage, embedding } = await given(kind);
  const task = await embedding.embed(images, () => undefined);
  storage.remove = async () => {
    throw new Error("no right to remove");
  };
  await task!.release();
  expect(await featuresOf(task)).toEqual([1, 2, 3]);
});
