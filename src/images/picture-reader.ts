import type { ByteShelf } from "#base/byte-shelf.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import { ProcessEnded } from "#base/process-ended.ts";
import { ProcessPool } from "#base/process-pool.ts";
import type { GrayBytes } from "#data/gray-picture.ts";
import type { DecodedImage, DecodeOptions } from "#images/decode-image.ts";
import type { PictureLimits } from "#images/open-picture.ts";
import type { Outcome, PictureHandlers, ShelvedImage } from "#images/picture-process.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";

const PICTURE_PROCESS = new URL("./picture-process.ts", import.meta.url);

/**
 * One thread is enough for one picture at a time. glibc keeps memory that was freed for the next picture, up to 64 MB, where it would give it
 * back and ask for it anew; both together take a twentieth off the time.
 */
const DECODER_ENVIRONMENT = {
  UV_THREADPOOL_SIZE: "1",
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: String(2 ** 26),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 26),
  MALLOC_TOP_PAD_: String(2 ** 22),
};

/** What decoding one picture may take. */
export interface ReaderLimits extends PictureLimits {
  readonly maxSeconds: number;
  /** Megabytes that a process which decodes may hold. */
  readonly maxMemory: number;
}

/**
 * Decodes pictures in processes of their own: one that crashes, hangs or takes too much memory ends its process and no more.
 *
 * Every method throws UnreadablePicture when the picture cannot be had, and PipelineError `input` when processes cannot be started.
 */
export class PictureReader {
  readonly #limits: ReaderLimits;
  readonly #pool: ProcessPool<PictureHandlers>;
  readonly #shelf: ByteShelf | undefined;

  /**
   * @param processes pictures decoded at once
   * @param shelf where `shelve` lays pixels
   * @param module what they run
   */
  constructor(
    limits: ReaderLimits,
    processes: number,
    { shelf, module = PICTURE_PROCESS }: { shelf?: ByteShelf; module?: URL } = {},
  ) {
    this.#limits = limits;
    this.#shelf = shelf;
    const callLimits = { seconds: limits.maxSeconds, memoryBytes: limits.maxMemory * 2 ** 20 };
    this.#pool = new ProcessPool(module, processes, callLimits, { inherited: shelf?.file, env: DECODER_ENVIRONMENT });
  }

  /** See `decodeImage`. */
  decode(path: string, options: DecodeOptions): Promise<DecodedImage> {
    const request = { path, limits: this.#limits, options: neededOf(options) };
    return this.#read((how) => this.#pool.call("decode", request, how));
  }

  /** The same, with pixels that lie on the shelf; the picture's place is to be given back. */
  async shelve(path: string, options: DecodeOptions): Promise<ShelvedImage> {
    const shelf = this.#shelf;
    if (!shelf) throw new Error("The reader was opened without a shelf");
    const request = { path, limits: this.#limits, options: neededOf(options) };
    return this.#read(async (how) => {
      const place = shelf.take();
      // a process that was killed might still be writing: its place is not used again
      const outcome = await this.#pool.call("shelve", { ...request, place }, how);
      if ("found" in outcome) return { found: { ...outcome.found, place } };
      shelf.giveBack(place);
      return outcome;
    });
  }

  /** See `decodeGray`. */
  async gray(path: string, side: number): Promise<GrayBytes> {
    const request = { path, limits: this.#limits, side };
    const gray = await this.#read((how) => this.#pool.call("gray", request, how));
    // its bytes lie in the message: with them a copy of all of it would go on to a worker, and be kept
    return { ...gray, values: Uint8Array.from(gray.values) };
  }

  /** See `encodeThumbnail`. */
  async thumbnail(path: string, side?: number): Promise<Uint8Array> {
    const request = { path, limits: this.#limits, ...(side === undefined ? {} : { side }) };
    // its bytes lie in the message, which is not to be kept with them
    return Uint8Array.from(await this.#read((how) => this.#pool.call("thumbnail", request, how)));
  }

  /** See `hashPixels`. */
  hashPixels(path: string): Promise<string> {
    const request = { path, limits: this.#limits };
    return this.#read((how) => this.#pool.call("hashPixels", request, how));
  }

  /** Ends all processes at once. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #read<T>(call: (how?: { fresh: boolean }) => Promise<Outcome<T>>): Promise<T> {
    let outcome: Outcome<T>;
    try {
      outcome = await call().catch((error) => {
        if (isWorthAnother(error)) return call({ fresh: true });
        throw error;
      });
    } catch (error) {
      throw error instanceof ProcessEnded ? this.#meaningOf(error) : error;
    }
    if ("found" in outcome) return outcome.found;
    throw new UnreadablePicture(outcome.fault, outcome.reason);
  }

  #meaningOf(error: ProcessEnded): Error {
    const { maxSeconds, maxMemory } = this.#limits;
    const says = (reason: string) => new UnreadablePicture(error.waited ? "circumstances" : "content", reason);
    switch (error.how) {
      case "time":
        return says(`decoding took longer than ${maxSeconds} s`);
      case "memory":
        return says(`decoding took more than ${maxMemory} MB of memory`);
      case "crash":
        return says(`decoding ended its process (${error.detail})`);
      case "start": {
        const advice = "is the machine out of memory, processes or open files?";
        return new PipelineError("input", `Cannot start a process that decodes pictures (${error.detail}): ${advice}`);
      }
      case "closed":
        return error;
    }
  }
}

/** Without what changes no pixel. */
function neededOf({ preset, views }: DecodeOptions): DecodeOptions {
  const { width, height, resize, cropFrom, kernel } = preset;
  return { preset: { width, height, resize, kernel, ...(cropFrom === undefined ? {} : { cropFrom }) }, views };
}

/** A crash may have come from outside, and what a process holds may be of earlier pictures: a fresh process decides. */
function isWorthAnother(error: unknown): boolean {
  if (!(error instanceof ProcessEnded)) return false;
  return error.how === "crash" || error.how === "start" || (error.how === "memory" && error.answered > 0);
}
