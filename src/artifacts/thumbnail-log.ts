import { AppendLog, frameOf } from "#artifacts/append-log.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";

/** So many bytes are put on disk at once. */
const SAVE_AFTER_BYTES = 1 << 20;
/** More bytes that nobody asked for than this, and than those that somebody did, are worth writing the file anew. */
const MOST_UNUSED_BYTES = 1 << 24;
const HASH_BYTES = 32;
/** Hash of the picture's file and length of the thumbnail, which follows. */
const HEADER_BYTES = HASH_BYTES + 4;

/** Small pictures by the content of their files, in a file that grows: they are made once. */
export class ThumbnailLog {
  readonly #path: string;
  readonly #log: AppendLog;
  readonly #known = new Map<string, Uint8Array>();
  readonly #used = new Set<string>();
  #unsaved: Uint8Array[] = [];
  #unsavedBytes = 0;

  private constructor(path: string, log: AppendLog) {
    this.#path = path;
    this.#log = log;
  }

  /** @param keepAside gets the end of the file where it is not whole, before it is cut off */
  static async open(path: string, keepAside: (end: Uint8Array) => Promise<void>): Promise<ThumbnailLog> {
    const { log, frames } = await AppendLog.open(path, keepAside);
    const thumbnails = new ThumbnailLog(path, log);
    for (const frame of frames) thumbnails.#read(frame);
    return thumbnails;
  }

  /** @param sha256 of the picture's file */
  get(sha256: string): Uint8Array | undefined {
    this.#used.add(sha256);
    return this.#known.get(sha256);
  }

  /** Takes a thumbnail in; it is on disk after the next `close` at the latest. */
  async add(sha256: string, jpeg: Uint8Array): Promise<void> {
    this.#used.add(sha256);
    this.#known.set(sha256, jpeg);
    this.#unsaved.push(headerOf(sha256, jpeg), jpeg);
    this.#unsavedBytes += HEADER_BYTES + jpeg.length;
    if (this.#unsavedBytes >= SAVE_AFTER_BYTES) await this.#save();
  }

  /** Thumbnails that nobody asked for since the file was opened are left out where they have become most of it. */
  async close(): Promise<void> {
    try {
      await this.#save();
    } finally {
      await this.#log.close();
    }
    const bytesOf = (isUsed: boolean) =>
      [...this.#known].reduce((sum, [hash, { length }]) => sum + (this.#used.has(hash) === isUsed ? length : 0), 0);
    const unused = bytesOf(false);
    if (unused > MOST_UNUSED_BYTES && unused > bytesOf(true)) await writeWholeFile(this.#path, this.#usedFrames());
  }

  *#usedFrames(): Generator<Uint8Array> {
    for (const [hash, jpeg] of this.#known)
      if (this.#used.has(hash)) yield frameOf(Buffer.concat([headerOf(hash, jpeg), jpeg]));
  }

  async #save(): Promise<void> {
    const frame = Buffer.concat(this.#unsaved);
    this.#unsaved = [];
    this.#unsavedBytes = 0;
    if (frame.length > 0) await this.#log.append(frame);
  }

  #read(frame: Uint8Array): void {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
    for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
      const start = at + HEADER_BYTES;
      const end = start + bytes.readUInt32LE(at + HASH_BYTES);
      this.#known.set(bytes.toString("hex", at, at + HASH_BYTES), bytes.subarray(start, end));
      at = end;
    }
  }
}

function headerOf(sha256: string, jpeg: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(sha256, "hex");
  header.writeUInt32LE(jpeg.length, HASH_BYTES);
  return header;
}
