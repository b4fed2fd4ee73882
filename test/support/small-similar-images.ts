import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { compareUtf8 } from "#base/compare-utf8.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import {
  type AddedImage,
  type IndexedImage,
  type IndexFacts,
  type SimilarImage,
  type SimilarImages,
  type SimilarityQuery,
  UnknownImage,
} from "#similarity/similar-images.ts";
import { drawPicture, writeFiles } from "./pictures.ts";

const SIDE = 4;

/** An index of a few drawn pictures whose vectors are their pixels, four by four, looked through one by one. */
export class SmallSimilarImages implements SimilarImages {
  readonly folder: string;
  facts: IndexFacts;
  /** Waited for by each question: tests hold answers up with it. */
  before: () => Promise<void> = async () => undefined;
  /** Questions asked so far. */
  asked = 0;
  /** Of a picture that is asked about: 4 × 4 × 3 numbers. */
  vectorOf: (file: string) => Promise<readonly number[]> = async (file) => (await pixelsOf(file)).vector;
  readonly #rows = new Map<string, { image: IndexedImage; vector: readonly number[] }>();
  #objectIds: readonly string[] = [];

  private constructor(folder: string, facts: Partial<IndexFacts>) {
    this.folder = folder;
    this.facts = {
      generation: "first",
      images: 0,
      vectors: 0,
      dim: SIDE * SIDE * 3,
      metric: "l2",
      model: "pixels",
      ...facts,
    };
  }

  /**
   * @param files by object id; those of `gone` are no longer on the disk
   * @param folder where they are written
   */
  static async of(
    folder: string,
    files: Readonly<Record<string, Buffer>>,
    facts: Partial<IndexFacts> = {},
  ): Promise<SmallSimilarImages> {
    const similar = new SmallSimilarImages(folder, facts);
    await writeFiles(folder, files);
    for (const objectId of Object.keys(files)) await similar.#take(objectId);
    return similar;
  }

  /** Pictures drawn by a seed each, under the ids given. */
  static async drawn(folder: string, ids: readonly string[], facts: Partial<IndexFacts> = {}) {
    const files: Record<string, Buffer> = {};
    for (const [seed, id] of ids.entries()) files[id] = await drawPicture(seed).png().toBuffer();
    return SmallSimilarImages.of(folder, files, facts);
  }

  get objectIds(): readonly string[] {
    return this.#objectIds;
  }

  find(objectId: string): IndexedImage | undefined {
    return this.#rows.get(objectId)?.image;
  }

  pathOf(objectId: string): string | undefined {
    return this.#rows.has(objectId) ? join(this.folder, objectId) : undefined;
  }

  async similarTo(objectId: string, query: SimilarityQuery): Promise<SimilarImage[]> {
    const row = this.#rows.get(objectId);
    if (!row) throw new UnknownImage(objectId);
    this.asked++;
    await this.before();
    return this.#nearest(row.vector, query);
  }

  async similarToPicture(file: string, query: SimilarityQuery): Promise<SimilarImage[]> {
    this.asked++;
    await this.before();
    return this.#nearest(await this.vectorOf(file), query);
  }

  async add(file: string, name: string | undefined): Promise<AddedImage> {
    await this.before();
    await pixelsOf(file);
    const sha256 = await sha256Of(file);
    const known = [...this.#rows.values()].find(({ image }) => image.sha256 === sha256);
    if (known) return { objectId: known.image.objectId, isNew: false };
    const objectId = name ?? `${sha256}.png`;
    await mkdir(dirname(join(this.folder, objectId)), { recursive: true });
    await copyFile(file, join(this.folder, objectId));
    await this.#take(objectId);
    return { objectId, isNew: true };
  }

  async close(): Promise<void> {}

  async #take(objectId: string): Promise<void> {
    const file = join(this.folder, objectId);
    const { vector, width, height } = await pixelsOf(file).catch(() => ({ vector: [0], width: 0, height: 0 }));
    const { length: bytes } = await readFile(file);
    const image = {
      objectId,
      width,
      height,
      bytes,
      sha256: await sha256Of(file),
      isReference: objectId.startsWith("ref"),
    };
    this.#rows.set(objectId, { image, vector });
    this.#objectIds = [...this.#rows.keys()].sort(compareUtf8);
    this.facts = { ...this.facts, images: this.#rows.size, vectors: this.#rows.size };
  }

  #nearest(vector: readonly number[], { limit, referenceOnly = false }: SimilarityQuery): SimilarImage[] {
    const rows = [...this.#rows.values()].filter(({ image }) => image.isReference || !referenceOnly);
    const all = rows.map(({ image, vector: other }) => {
      const distance = Math.hypot(...vector.map((value, i) => value - (other[i] ?? 0)));
      return { objectId: image.objectId, distance };
    });
    all.sort((a, b) => a.distance - b.distance || compareUtf8(a.objectId, b.objectId));
    return all.slice(0, limit);
  }
}

async function sha256Of(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

async function pixelsOf(file: string): Promise<{ vector: number[]; width: number; height: number }> {
  try {
    const picture = sharp(await readFile(file), { limitInputPixels: 1e6 });
    const { width, height } = await picture.metadata();
    const pixels = await picture
      .removeAlpha()
      .toColourspace("srgb")
      .resize(SIDE, SIDE, { fit: "fill" })
      .raw()
      .toBuffer();
    return { vector: [...pixels], width, height };
  } catch (error) {
    throw new UnreadablePicture("content", String((error as Error).message));
  }
}
