import { readFile, stat } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import pLimit from "p-limit";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { BrokenOff, untilWhole } from "#fleet/storage/broken-off.ts";
import {
  BUNDLE_BYTES,
  bundledReferences,
  bundlesOf,
  NO_BYTES,
  pieceOf,
  readBundle,
} from "#fleet/storage/file-bundle.ts";
import { type CacheRoom, FileCache } from "#fleet/storage/file-cache.ts";
import type { FetchedFile, FleetStorage, KnownFile } from "#fleet/storage/fleet-storage.ts";
import { type S3Address, S3Bucket } from "#fleet/storage/s3-bucket.ts";
import { s3Failure } from "#fleet/storage/s3-failure.ts";
import { keyParts } from "#fleet/storage/storage-key.ts";

/** A request takes no more; more would need uploads in parts. */
const MAX_BYTES = 5 * 2 ** 30;
/** Smaller files are sent from memory, which costs less than a stream for each. */
const STREAMED_FROM_BYTES = 8 * 2 ** 20;
/** In memory, whatever the number of tasks that are prepared. */
const BUNDLES_AT_ONCE = 8;

/**
 * A bucket, or what begins with a prefix in one. Files that are fetched lie in a cache. All throw WorkerUnfit where the bucket cannot be
 * reached or refuses this machine.
 */
export class S3Storage implements FleetStorage {
  readonly name: string;
  readonly #bucket: S3Bucket;
  readonly #prefix: string;
  readonly #cache: FileCache;
  readonly #bundles = pLimit(BUNDLES_AT_ONCE);

  private constructor(address: S3Address, cache: FileCache) {
    const { bucket, prefix, endpoint } = address;
    this.name = `s3://${bucket}/${prefix}${endpoint === null ? "" : ` at ${endpoint}`}`;
    this.#bucket = new S3Bucket(address);
    this.#prefix = prefix;
    this.#cache = cache;
  }

  /**
   * Asks nothing of the bucket yet. Credentials are where Amazon's tools have them: environment, profile, the machine's role.
   *
   * @throws WorkerUnfit where the cache's folder cannot be made
   */
  static async open(address: S3Address, room: CacheRoom): Promise<S3Storage> {
    return new S3Storage(address, await FileCache.open(room));
  }

  async has(key: string): Promise<boolean> {
    const full = this.#keyOf(key);
    return this.#doing("look for", key, () => this.#bucket.has(full));
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    const full = this.#keyOf(key);
    return this.#doing("read", key, () => untilWhole(() => this.#readOnce(full)));
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    const full = this.#keyOf(key);
    await this.#doing("write", key, async () => {
      if (!(await this.#bucket.has(full))) await this.#bucket.put(full, bytes);
    });
  }

  /** @throws PipelineError `input` where the file cannot be read or has more than 5 GiB */
  async share(path: string, key: string): Promise<string> {
    const full = this.#keyOf(key);
    const { size } = await readable(path, stat(path));
    if (size > MAX_BYTES) {
      const advice = "expected 5 GiB at most: share it in a folder instead";
      throw new PipelineError("input", `Cannot put "${path}" into ${this.name}: it has ${size} bytes; ${advice}`);
    }
    if (await this.has(key)) return key;
    const bytes = size < STREAMED_FROM_BYTES ? await readable(path, readFile(path)) : undefined;
    await this.#doing(`put "${path}" as`, key, () =>
      bytes === undefined ? this.#bucket.putFile(full, path, size) : this.#bucket.put(full, bytes),
    );
    return key;
  }

  /** @throws PipelineError `input` where a file has more than 5 GiB */
  async shareTogether(files: readonly KnownFile[], key: string): Promise<readonly string[]> {
    const sharing = bundlesOf(files).map((some, i) => this.#bundles(() => this.#shareBundle(some, `${key}-${i}`)));
    return (await Promise.all(sharing)).flat();
  }

  async unshare(references: readonly string[]): Promise<void> {
    const keys = references.filter((reference) => reference !== NO_BYTES).map((each) => pieceOf(each)?.key ?? each);
    await this.remove([...new Set(keys)]);
  }

  /** @throws PipelineError `input` where there is none, WorkerUnfit also where the disk of the cache does not take it */
  async fetch(reference: string): Promise<FetchedFile> {
    const piece = pieceOf(reference);
    if (piece === undefined) return this.#fetchWhole(reference);
    const whole = piece.length === 0 ? undefined : await this.#fetchWhole(piece.key);
    return this.#doing("fetch", reference, () => this.#cache.part(whole, piece));
  }

  async *list(prefix: string): AsyncGenerator<string> {
    for (let next: string | undefined; ; ) {
      const page = await this.#doing("list", prefix, () => this.#bucket.page(this.#prefix + prefix, next));
      for (const key of page.keys) yield key.slice(this.#prefix.length);
      if (page.next === undefined) return;
      next = page.next;
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const full = keys.map((key) => this.#keyOf(key));
    await this.#doing(`remove ${keys.length} keys from`, keys[0], () => this.#bucket.remove(full));
  }

  /** Removes the fetched files from this machine, and ends what is on its way. */
  async close(): Promise<void> {
    this.#bucket.destroy();
    await this.#cache.close();
  }

  async #fetchWhole(key: string): Promise<FetchedFile> {
    const full = this.#keyOf(key);
    const load = async () => {
      const found = await this.#bucket.get(full);
      if (found !== undefined) return found;
      const advice = "start the run again, which puts it there";
      throw new PipelineError("input", `There is no ${JSON.stringify(key)} in ${this.name}: ${advice}`);
    };
    return this.#doing("fetch", key, () => this.#cache.hold(full, load));
  }

  async #shareBundle(files: readonly KnownFile[], key: string): Promise<readonly string[]> {
    const [{ path, bytes }] = files;
    if (bytes > BUNDLE_BYTES) return [(await sizeOf(path)) === bytes ? await this.share(path, key) : NO_BYTES];
    if (await this.has(key)) return bundledReferences(files, key);
    const bundle = await readBundle(files, key);
    const full = this.#keyOf(bundle.key);
    await this.#doing("write", bundle.key, () => this.#bucket.put(full, bundle.bytes));
    return bundle.references;
  }

  #keyOf(key: string): string {
    keyParts(key);
    return this.#prefix + key;
  }

  async #readOnce(key: string): Promise<Uint8Array | undefined> {
    const found = await this.#bucket.get(key);
    if (found === undefined) return undefined;
    const bytes = await buffer(found.content).catch((error) => {
      throw new BrokenOff(messageOf(error), { cause: error });
    });
    if (bytes.length === found.bytes) return bytes;
    throw new BrokenOff(`expected ${found.bytes} bytes, found ${bytes.length}`);
  }

  async #doing<Result>(action: string, key: string, act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      throw s3Failure(`Cannot ${action} ${JSON.stringify(key)} in ${this.name}`, error);
    }
  }
}

/** @returns undefined where the file is gone */
async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

async function readable<Content>(path: string, reading: Promise<Content>): Promise<Content> {
  return reading.catch((error) => {
    throw new PipelineError("input", `Cannot read "${path}", which is to be shared: ${messageOf(error)}`, {
      cause: error,
    });
  });
}
