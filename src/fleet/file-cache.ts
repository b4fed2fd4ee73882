import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { makeFolder } from "#artifacts/make-folder.ts";
import { messageOf } from "#base/pipeline-error.ts";
import { BrokenOff, untilWhole } from "#fleet/broken-off.ts";
import { diskFault, isDiskFault } from "#fleet/disk-fault.ts";
import type { FetchedFile } from "#fleet/fleet-storage.ts";
import type { S3Object } from "#fleet/s3-bucket.ts";

/** Where files are kept. */
export interface CacheRoom {
  /** Absolute; each cache makes a folder of its own in it. */
  readonly folder: string;
  readonly maxBytes: number;
}

interface Kept {
  readonly path: string;
  bytes: number;
  holders: number;
  /** Fails where the file cannot be had. */
  whole: Promise<void>;
}

/**
 * Files of elsewhere in a folder of this process: those that somebody holds, and of the others those that were held last, as many as there is room
 * for. lru-cache cannot be told that a file is held.
 */
export class FileCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  /** By name, those that were held last at the end. */
  readonly #files = new Map<string, Kept>();
  #bytes = 0;
  #paths = 0;
  #isClosed = false;
  #removing: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** @throws WorkerUnfit where the folder cannot be made */
  static async open({ folder, maxBytes }: CacheRoom): Promise<FileCache> {
    try {
      await makeFolder(folder);
      return new FileCache(await mkdtemp(join(folder, "twinsift-files-")), maxBytes);
    } catch (error) {
      throw diskFault(`Cannot make a folder for files in "${folder}"`, error);
    }
  }

  /** Of all files, those on their way included. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * A file, which stays until it is released.
   *
   * @param load is called where the file is not there, once for all who ask meanwhile, and again where what it gives breaks off
   * @throws what `load` throws; WorkerUnfit where the disk does not take the file
   */
  async hold(name: string, load: () => Promise<S3Object>): Promise<FetchedFile> {
    const kept = this.#files.get(name) ?? this.#begin(load);
    this.#files.delete(name);
    this.#files.set(name, kept);
    kept.holders++;
    try {
      await kept.whole;
    } catch (error) {
      if (this.#files.get(name) === kept) this.#files.delete(name);
      throw error;
    }
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      kept.holders--;
      void this.#makeRoom();
    };
    return { path: kept.path, release };
  }

  /** Removes all files, also those that are held. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled([...this.#files.values()].map(({ whole }) => whole));
    this.#files.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #begin(load: () => Promise<S3Object>): Kept {
    const path = join(this.#folder, String(this.#paths++));
    const kept: Kept = { path, bytes: 0, holders: 0, whole: Promise.resolve() };
    kept.whole = untilWhole(() => this.#fill(kept, load));
    return kept;
  }

  /** Nobody is told the path before the file is whole, so that it needs no other name meanwhile. */
  async #fill(kept: Kept, load: () => Promise<S3Object>): Promise<void> {
    if (this.#isClosed) throw new Error("the storage is closed");
    const { bytes, content } = await load();
    try {
      this.#bytes += bytes;
      kept.bytes = bytes;
      await this.#makeRoom();
      await pipeline(content, createWriteStream(kept.path));
      const { size } = await stat(kept.path);
      if (size !== bytes) throw new BrokenOff(`expected ${bytes} bytes, found ${size}`);
    } catch (error) {
      content.destroy();
      this.#bytes -= kept.bytes;
      kept.bytes = 0;
      await rm(kept.path, { force: true }).catch(() => undefined);
      if (isDiskFault(error)) throw diskFault(`Cannot write "${kept.path}"`, error);
      throw error instanceof BrokenOff ? error : new BrokenOff(messageOf(error), { cause: error });
    }
  }

  /** Resolves once the disk has the room. */
  #makeRoom(): Promise<unknown> {
    const gone: string[] = [];
    for (const [name, { holders, path, bytes }] of this.#files) {
      if (this.#bytes <= this.#maxBytes) break;
      if (holders > 0) continue;
      this.#files.delete(name);
      this.#bytes -= bytes;
      gone.push(path);
    }
    // what is still open on Windows goes when the cache is closed
    const removed = gone.map((path) => rm(path, { force: true }).catch(() => undefined));
    this.#removing = Promise.all([this.#removing, ...removed]);
    return this.#removing;
  }
}
