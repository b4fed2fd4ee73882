import { copyFile, link, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isWithin } from "#artifacts/image-places.ts";
import { syncFolder } from "#artifacts/whole-file.ts";
import { hashFile } from "#base/hash-file.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { distanceBy, type Metric } from "#data/metric.ts";
import type { ScannedFolder } from "#reports/run-report.ts";
import type { EmbeddedPicture } from "#similarity/query-pictures.ts";
import type { IndexedImage, SimilarImage } from "#similarity/similar-images.ts";

/** A picture that the index does not have yet. */
interface AddedPicture {
  readonly image: IndexedImage;
  readonly path: string;
  readonly vectors: FeatureMatrix;
}

/** Names that other systems cannot hold, or that hide a file. */
const UNFIT_NAME = /^[.\s]|[\s.]$|[/\\<>:"|?*\p{Cc}]/u;
const MOST_NAME_BYTES = 200;

/** What file systems without hard links say: FAT, and some of networks. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/**
 * Pictures that came since the latest run, in one of its folders: the next run finds them there. Until then they are compared one by one.
 */
export class AddedImages {
  readonly #folder: string;
  readonly #prefix: string;
  readonly #isReference: boolean;
  readonly #pictures = new Map<string, AddedPicture>();
  #copies = 0;

  private constructor(folder: string, of: ScannedFolder, root: string) {
    const inside = relative(root, folder).split(sep).join("/");
    this.#folder = folder;
    this.#prefix = of.prefix + (inside === "" ? "" : `${inside}/`);
    this.#isReference = of.reference;
  }

  /**
   * @param folder where pictures are written; @param folders of the latest run, one of which it lies in
   * @throws PipelineError `settings` where it lies in none of them, as the next run would not find what is added
   */
  static async open(folder: string, folders: readonly ScannedFolder[]): Promise<AddedImages> {
    let real: string;
    try {
      real = await realpath(folder);
      if (!(await stat(real)).isDirectory()) throw new Error("it is a file");
    } catch (error) {
      throw new PipelineError("settings", `Cannot add images to "${folder}": ${messageOf(error)}`, { cause: error });
    }
    for (const of of folders) {
      const root = await realpath(of.path).catch(() => of.path);
      if (isWithin(real, root)) return new AddedImages(real, of, root);
    }
    const names = folders.map(({ path }) => `"${path}"`).join(", ");
    const found = `it lies in none of the image folders of the latest run (${names})`;
    throw new PipelineError(
      "settings",
      `Cannot add images to "${folder}": ${found}, so that the next would not find them`,
    );
  }

  get images(): readonly IndexedImage[] {
    return [...this.#pictures.values()].map(({ image }) => image);
  }

  find(objectId: string): AddedPicture | undefined {
    return this.#pictures.get(objectId);
  }

  findContent(sha256: string): string | undefined {
    return this.images.find((image) => image.sha256 === sha256)?.objectId;
  }

  /** Files of the folder that were not taken in: those of a server that ended before a run came. */
  async others(isKnown: (objectId: string) => boolean): Promise<{ objectId: string; path: string }[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map(({ name }) => ({ objectId: this.#prefix + name, path: join(this.#folder, name) }))
      .filter(({ objectId }) => !isKnown(objectId) && !this.#pictures.has(objectId));
  }

  /**
   * Puts a copy of a file into the folder: there as a whole or not at all, and never in the place of another.
   *
   * @param format ending of the name where none was given
   * @throws PipelineError `input` when the disk does not take it
   */
  async write(file: string, name: string | undefined, format: string): Promise<{ objectId: string; path: string }> {
    const { sha256 } = await hashFile(file);
    const wanted = name ?? `${sha256.slice(0, 32)}.${format}`;
    const temporary = join(this.#folder, `.twinsift-${process.pid}-${this.#copies++}.part`);
    try {
      await copyFile(file, temporary);
      const handle = await open(temporary, "r+");
      await handle.sync().finally(() => handle.close());
      const given = await this.#giveName(temporary, wanted, sha256);
      await syncFolder(this.#folder);
      return { objectId: this.#prefix + given, path: join(this.#folder, given) };
    } catch (error) {
      if (error instanceof PipelineError) throw error;
      throw new PipelineError("input", `Cannot write "${wanted}": ${messageOf(error)}`, { cause: error });
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Lets a picture be found. */
  take(
    { objectId, path }: { objectId: string; path: string },
    picture: EmbeddedPicture,
    file: Pick<IndexedImage, "bytes" | "sha256">,
  ): void {
    const { width, height, vectors } = picture;
    const { bytes, sha256 } = file;
    const image = { objectId, width, height, bytes, sha256, isReference: this.#isReference };
    this.#pictures.set(objectId, { image, path, vectors: vectors.matrix });
  }

  /** Lets go of what a run has taken in. */
  forget(isKnown: (objectId: string) => boolean): void {
    for (const objectId of [...this.#pictures.keys()]) if (isKnown(objectId)) this.#pictures.delete(objectId);
  }

  /** How far each of them is from some vectors of one image. */
  distances(queries: FeatureMatrix, metric: Metric, referenceOnly: boolean): SimilarImage[] {
    if (referenceOnly && !this.#isReference) return [];
    return [...this.#pictures].map(([objectId, { vectors }]) => {
      let distance = Number.POSITIVE_INFINITY;
      for (let a = 0; a < queries.rowCount; a++)
        for (let b = 0; b < vectors.rowCount; b++)
          distance = Math.min(distance, distanceBy(metric, queries, a, vectors, b));
      return { objectId, distance };
    });
  }

  /** A name that is taken by other content gets a part of the hash. */
  async #giveName(temporary: string, wanted: string, sha256: string): Promise<string> {
    const [, stem, ending] = /^(.*?)(\.[^.]*)?$/s.exec(wanted) as unknown as [string, string, string | undefined];
    const names = [wanted, `${stem}-${sha256.slice(0, 8)}${ending ?? ""}`, `${stem}-${sha256}${ending ?? ""}`];
    for (const name of names) {
      try {
        await giveFreeName(temporary, join(this.#folder, name));
        return name;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        const there = await hashFile(join(this.#folder, name)).catch(() => undefined);
        if (there?.sha256 === sha256) return name;
      }
    }
    throw new Error("files of this name with other content are there already");
  }
}

/** @throws the file system's EEXIST where something has the name already */
async function giveFreeName(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    // an empty file holds the name until the whole one takes its place
    await (await open(path, "wx")).close();
    await rename(temporary, path);
  }
}

/** @throws PipelineError `input` for what is no name of a file on every system */
export function refuseUnfitName(name: string): void {
  if (!UNFIT_NAME.test(name) && name !== "" && Buffer.byteLength(name) <= MOST_NAME_BYTES) return;
  const expected = `expected a file name of at most ${MOST_NAME_BYTES} bytes, without folders and signs that systems do not allow`;
  throw new PipelineError("input", `Cannot name an image ${JSON.stringify(name)}: ${expected}`);
}
