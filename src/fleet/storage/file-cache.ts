import { open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { WorkerUnfit } from "#fleet/fleet-plan.ts";
import { BrokenOff, untilWhole } from "#fleet/storage/broken-off.ts";
import { diskFault } from "#fleet/storage/disk-fault.ts";
import type { FetchedFile } from "#fleet/storage/fleet-storage.ts";
import { ProcessFolder } from "#fleet/storage/process-folder.ts";
import type { S3Object } from "#fleet/storage/s3-bucket.ts";

/** Where files are kept. */
export interface CacheRoom {
  /** Absolute; each cache makes a folder of its own in it. */
  readonly folder: string;
  readonly maxBytes: number;
}

const CLOSED = "the storage is closed";

/** Some bytes of a file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
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
  readonly #folder: ProcessFolder;
  readonly #maxBytes: number;
  /** By name, those that were held last at the end. */
  readonly #files = new Map<string, Kept>();
  #bytes = 0;
  #paths = 0;
  #isClosed = false;
  #removing: Promise<unknown> = Promise.resolve();

  private constructor(folder: ProcessFolder, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** @throws WorkerUnfit where the folder cannot be made */
  static async open({ folder, maxBytes }: CacheRoom): Promise<FileCache> {
    return new FileCache(await ProcessFolder.make(folder), maxBytes);
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

  /**
   * Some bytes of a file as a file of its own, which goes when it is released.
   *
   * @param whole is held, and let go with the part; undefined for a part without bytes
   * @throws PipelineError `artifact` where there are not as many; WorkerUnfit where the disk does not take them
   */
  async part(whole: FetchedFile | undefined, range: ByteRange): Promise<FetchedFile> {
    const path = this.#nextPath();
    const kept: Kept = { path, bytes: range.length, holders: 1, whole: Promise.resolve() };
    // no name is an absolute path
    this.#files.set(path, kept);
    this.#bytes += range.length;
    const release = () => {
      whole?.release();
      if (!this.#files.delete(path)) return;
      this.#bytes -= range.length;
      void this.#remove([path]);
    };
    try {
      if (this.#isClosed) throw new Error(CLOSED);
      kept.whole = this.#makeRoom().then(() => cutOut(whole?.path, path, range));
      await kept.whole;
      return { path, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Removes all files, also those that are held. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled([...this.#files.values()].map(({ whole }) => whole));
    this.#files.clear();
    await this.#folder.remove();
  }

  #begin(load: () => Promise<S3Object>): Kept {
    const path = this.#nextPath();
    const kept: Kept = { path, bytes: 0, holders: 0, whole: Promise.resolve() };
    kept.whole = untilWhole(() => this.#fill(kept, load));
    return kept;
  }

  /** Nobody is told the path before the file is whole, so that it needs no other name meanwhile. */
  async #fill(kept: Kept, load: () => Promise<S3Object>): Promise<void> {
    if (this.#isClosed) throw new Error(CLOSED);
    const { bytes, content } = await load();
    try {
      this.#bytes += bytes;
      kept.bytes = bytes;
      await this.#makeRoom();
      const size = await putDown(kept.path, content);
      if (size !== bytes) throw new BrokenOff(`expected ${bytes} bytes, found ${size}`);
    } catch (error) {
      content.destroy();
      this.#bytes -= kept.bytes;
      kept.bytes = 0;
      await rm(kept.path, { force: true }).catch(() => undefined);
      if (error instanceof BrokenOff || error instanceof WorkerUnfit || error instanceof PipelineError) throw error;
      throw new BrokenOff(messageOf(error), { cause: error });
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
    return this.#remove(gone);
  }

  /** Resolves once all that was to go is gone. */
  #remove(paths: readonly string[]): Promise<unknown> {
    // what is still open on Windows goes when the cache is closed
    const removed = paths.map((path) => rm(path, { force: true }).catch(() => undefined));
    this.#removing = Promise.all([this.#removing, ...removed]);
    return this.#removing;
  }

  #nextPath(): string {
    return join(this.#folder.path, String(this.#paths++));
  }
}

/**
 * @returns the bytes of the new file
 * @throws what the content throws; WorkerUnfit or PipelineError where it is the disk
 */
async function putDown(path: string, content: Readable): Promise<number> {
  const blame = (error: unknown) => {
    throw diskFault(`Cannot write "${path}"`, error);
  };
  const file = await open(path, "w").catch(blame);
  let bytes = 0;
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      await file.writeFile(chunk).catch(blame);
      bytes += chunk.length;
    }
  } finally {
    await file.close().catch(blame);
  }
  return bytes;
}

/** @throws PipelineError `artifact`, WorkerUnfit */
async function cutOut(from: string | undefined, to: string, { offset, length }: ByteRange): Promise<void> {
  try {
    const bytes = from === undefined ? new Uint8Array(0) : await bytesOf(from, { offset, length });
    await writeFile(to, bytes);
  } catch (error) {
    throw diskFault(`Cannot write "${to}"`, error);
  }
}

async function bytesOf(path: string, { offset, length }: ByteRange): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (offset + length > size)
      throw new PipelineError(
        "artifact",
        `Expected ${length} bytes from ${offset} on, found ${size} in all: run again`,
      );
    const { buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
    return buffer;
  } finally {
    await file.close();
  }
}
