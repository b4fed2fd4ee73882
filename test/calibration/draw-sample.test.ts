import { join } from "node:path";
import { expect, test } from "vitest";
import { Progress } from "#base/progress.ts";
import { drawSample, type SampleOptions } from "#calibration/draw-sample.ts";
import type { ImageFile } from "#data/image-record.ts";
import type { Embedder } from "#features/embedder.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import { writeFiles } from "../support/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Files whose picture is told by their content, and two that cannot be read. */
async function files(count: number): Promise<ImageFile[]> {
  const root = await temporaryFolder();
  const names = Array.from({ length: count }, (_, i) => `${i}.png`);
  // the last two are the same bytes as the first
  await writeFiles(root, Object.fromEntries(names.map((name, i) => [name, `picture ${i < count - 2 ? i : 0}`])));
  return names.map((id) => ({ id, path: join(root, id), reference: false, folderLabel: "" }));
}

const unreadable = (path: string) => /\/[35]\.png$/.test(path);

/** A model whose feature is a pixel and its square; the second view of every third picture is like the picture. */
const tools = {
  reader: {
    decode: async (path: string) => {
      if (unreadable(path)) throw new UnreadablePicture("content", "broken");
      const number = Number(/(\d+)\.png$/.exec(path)?.[1]);
      const views = [Uint8Array.of(number + 100), number % 3 === 0 ? undefined : Uint8Array.of(number + 200)];
      return { pixels: Uint8Array.of(number), views, width: 1, height: 1 };
    },
  },
  embedder: {
    batch: 4,
    sessions: 1,
    dim: 2,
    embed: async (pictures: readonly Uint8Array[]) => {
      if (pictures.length > 4) throw new Error("larger than a batch");
      return Float32Array.from(pictures.flatMap(([value]) => [value, value ** 2]));
    },
  } as unknown as Embedder,
  decode: { preset: {}, views: ["mirrored", "trimmed"] },
};

const draw = (all: readonly ImageFile[], count: number, seed: number, concurrency = 3) => {
  const options = { ...tools, count, seed, concurrency, progress: new Progress() };
  return drawSample(all, options as unknown as SampleOptions);
};

test("a larger sample begins with a smaller one, another seed draws others, and what cannot be read is replaced", async () => {
  const all = await files(30);
  const ids = async (count: number, seed: number) => (await draw(all, count, seed)).images.map(({ id }) => id);
  const large = await ids(20, 1);
  expect(new Set(large).size).toBe(20);
  expect(await ids(7, 1)).toEqual(large.slice(0, 7));
  expect(await ids(20, 2)).not.toEqual(large);
  const everything = await draw(all, 30, 1);
  expect(everything.images).toHaveLength(26);
  expect(everything).toMatchObject({ tried: 30, unreadable: 2, sameBytes: 2 });
});

test("vectors come in the order of the images, with those of their views, whatever the batches and the concurrency", async () => {
  const all = await files(30);
  const { images, vectors } = await draw(all, 20, 1);
  expect(vectors).toMatchObject({ slots: 3, dim: 2 });
  const expected = images.flatMap(({ id }) => {
    const number = Number.parseInt(id, 10);
    const seen = [number, number + 100, number % 3 === 0 ? number : number + 200];
    return seen.flatMap((value) => [value, value ** 2]);
  });
  expect([...vectors.values]).toEqual(expected);
  expect(await draw(all, 20, 1, 1)).toEqual({ ...(await draw(all, 20, 1, 8)) });
});
