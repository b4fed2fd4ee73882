import { AppendLog } from "#artifacts/append-log.ts";

/** So many bytes are put on disk at once. */
const SAVE_AFTER_BYTES = 1 << 20;
const HASH_BYTES = 32;
/** Hash of the picture's file and length of the thumbnail, which follows. */
const HEADER_BYTES = HASH_BYTES + 4;

/** Small pictures by the content of their files, in a file that grows: they are made once. */
export class ThumbnailLog {
  readonly #log: AppendLog;
  readonly #known = new Map<string, Uint8Array>();
  #unsaved: Uint8Array[] = [];
  #unsavedBytes = 0;

  private constructor(log: AppendLog) {
    this.#log = log;
  }

  /** @param keepAside gets the end of the file where it is not whole, before it is cut off */
  static async open(path: string, keepAside: (end: Uint8Array) => Promise<void>): Promise<ThumbnailLog> {
    const { log, frames } = await AppendLog.open(path, keepAside);
    const thumbnails = new ThumbnailLog(log);
    for (const frame of frames) thumbnails.#read(frame);
    return thumbnails;
  }

  /** @param sha256 of the picture's file */
  get(sha256: string): Uint8Array | undefined {
    return this.#known.get(sha256);
  }

  /** Takes a thumbnail in; it is on disk after the next `close` at the latest. */
  async add(sha256: string, jpeg: Uint8Array): Promise<void> {
    this.#known.set(sha256, jpeg);
    const header = Buffer.alloc(HEADER_BYTES);
    header.write(sha256, "hex");
    header.writeUInt32LE(jpeg.length, HASH_BYTES);
    this.#unsaved.push(header, jpeg);
    this.#unsavedBytes += header.length + jpeg.length;
    if (this.#unsavedBytes >= SAVE_AFTER_BYTES) await this.#save();
  }

  async close(): Promise<void> {
    try {
      await this.#save();
    } finally {
      await this.#log.close();
    }
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
