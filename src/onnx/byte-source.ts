import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";

const WINDOW_BYTES = 1 << 16;

/** Bytes that are read here and there, at any place. */
export interface ByteSource {
  readonly length: number;
  /** The byte at an offset below `length`. */
  byte(offset: number): number;
  /** A copy of the bytes from `start` to before `end`, both within `length`. */
  slice(start: number, end: number): Uint8Array;
}

/** Bytes in memory. */
export class MemorySource implements ByteSource {
  readonly #bytes: Uint8Array;
  readonly length: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.length = bytes.length;
  }

  byte(offset: number): number {
    return this.#bytes[offset];
  }

  slice(start: number, end: number): Uint8Array {
    // a Buffer's own slice() would be no copy
    return new Uint8Array(this.#bytes.subarray(start, end));
  }
}

/** A file, of which a window is in memory: what is passed over is never read, however large the file is. */
export class FileSource implements ByteSource {
  readonly #file: number;
  readonly #window = Buffer.allocUnsafe(WINDOW_BYTES);
  #start = 0;
  #end = 0;
  readonly length: number;

  /** @throws the file system's error when it cannot be opened */
  constructor(path: string) {
    // a pipe in the place of a file would else be waited for
    if (!statSync(path).isFile()) throw new Error("not a regular file");
    this.#file = openSync(path, "r");
    this.length = fstatSync(this.#file).size;
  }

  byte(offset: number): number {
    if (offset < this.#start || offset >= this.#end) this.#move(offset);
    return this.#window[offset - this.#start];
  }

  slice(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(end - start);
    if (start >= this.#start && end <= this.#end) {
      bytes.set(this.#window.subarray(start - this.#start, end - this.#start));
    } else this.#read(bytes, start);
    return bytes;
  }

  close(): void {
    closeSync(this.#file);
  }

  #move(offset: number): void {
    const bytes = Math.min(WINDOW_BYTES, this.length - offset);
    this.#read(this.#window.subarray(0, bytes), offset);
    this.#start = offset;
    this.#end = offset + bytes;
  }

  #read(target: Uint8Array, offset: number): void {
    for (let done = 0; done < target.length; ) {
      const bytes = readSync(this.#file, target, done, target.length - done, offset + done);
      if (bytes === 0)
        throw new Error(`The file became shorter than ${offset + target.length} bytes while it was read`);
      done += bytes;
    }
  }
}
