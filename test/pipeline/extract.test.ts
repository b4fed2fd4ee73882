import { join } from "node:path";
import { expect, test } from "vitest";
import { FeatureIndex } from "#artifacts/feature-index.ts";
import { Progress } from "#base/progress.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import type { HashedImage } from "#data/image-record.ts";
import { RowOwners } from "#data/row-owners.ts";
import type { PictureEmbedding } from "#tasks/picture-embedding.ts";
import { extract } from "../../pipeline/2-extract.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const IGNORE = { tell: () => undefined, onProgress: () => undefined };

async function openIndex(folder: string): Promise<FeatureIndex> {
  return FeatureIndex.open(folder, { fingerprint: "a model", model: "tiny", views: [], dim: async () => 1 }, IGNORE);
}

/** Notes which rows of a task the index on disk has when the task is released; every picture of a name that ends with 7 is unreadable. */
class NotingEmbedding implements PictureEmbedding {
  readonly atOnce = 3;
  readonly released: string[][] = [];
  readonly missing: string[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async embed(images: readonly HashedImage[]) {
    const readable = images.filter(({ id }) => !id.endsWith("7"));
    const read = async () =>
      images.map((image) =>
        readable.includes(image)
          ? { width: 1, height: 1, vectors: [Float32Array.of(Number(image.id))] as const }
          : { fault: "content" as const, reason: "no picture" },
      );
    const release = async () => {
      const { rows } = await openIndex(this.#folder);
      const written = new Set(rows.map(({ id }) => id));
      this.missing.push(...readable.filter(({ id }) => !written.has(id)).map(({ id }) => id));
      this.released.push(images.map(({ id }) => id));
    };
    return { read, release };
  }
}

test.each([
  { count: 40, imagesTogether: 4, shardRows: 6 },
  { count: 40, imagesTogether: 15, shardRows: 6 },
  { count: 40, imagesTogether: 4, shardRows: 4 },
  { count: 41, imagesTogether: 1, shardRows: 50 },
  { count: 3, imagesTogether: 4, shardRows: 3 },
  { count: 0, imagesTogether: 4, shardRows: 3 },
])(
  "each task is released once, when the index on disk holds its rows: %o",
  async ({ count, imagesTogether, shardRows }) => {
    const folder = join(await temporaryFolder(), "index");
    const index = await openIndex(folder);
    const random = new SeededRandom(1);
    const images = Array.from({ length: count }, (_, i): HashedImage => {
      const id = String(i);
      return { id, path: `/${id}`, sha256: `${random.integer(0, 2 ** 30)}`, bytes: 1, modified: 1 } as HashedImage;
    });
    const fresh = (async function* () {
      for (const image of images) yield { image, copyOf: undefined };
    })();
    const embedding = new NotingEmbedding(folder);
    const unreadable: string[] = [];
    const shards = extract(fresh, {
      ...{ embedding, imagesTogether, shardRows, index, views: [], expectedImages: count },
      owners: new RowOwners([], 0, () => true),
      progress: new Progress(),
      onUnreadable: ({ id }) => unreadable.push(id),
    });
    for await (const _shard of shards);
    expect(embedding.missing).toEqual([]);
    expect(embedding.released.flat().sort()).toEqual(images.map(({ id }) => id).sort());
    expect(index.rows.length + unreadable.length).toBe(count);
  },
);
