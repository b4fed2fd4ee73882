import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

/** A file there lies in memory (Linux). */
const MEMORY_FOLDER = "/dev/shm";

/**
 * Places of one size for bytes that processes and threads hand to each other: one writes, another reads, and the thread that leads them
 * only passes numbers on. Bytes that pass through messages become garbage there, and collecting it takes longer the more that thread keeps.
 * It is a file without a name, whose pages the system keeps in memory; child processes inherit it.
 */
export class ByteShelf {
  /** Open in this process and all of its threads. */
  readonly file: number;
  readonly placeBytes: number;
  readonly #zeros: Buffer;
  readonly #free: number[] = [];
  #places = 0;

  private constructor(file: number, placeBytes: number) {
    this.file = file;
    this.placeBytes = placeBytes;
    this.#zeros = Buffer.alloc(placeBytes);
  }

  /**
   * @param placeBytes most bytes in a place
   * @param places that are likely needed at once; more are made where they are
   * @throws PipelineError `input` where no folder for temporary files has room
   */
  static open(placeBytes: number, places: number): ByteShelf {
    const problems: string[] = [];
    for (const folder of process.platform === "linux" ? [MEMORY_FOLDER, tmpdir()] : [tmpdir()]) {
      let shelf: ByteShelf | undefined;
      try {
        shelf = new ByteShelf(namelessFile(folder), placeBytes);
        // room that is taken now cannot be missing later
        for (let place = 0; place < places; place++) shelf.#free.push(shelf.#makePlace());
        shelf.#free.reverse();
        return shelf;
      } catch (error) {
        shelf?.close();
        problems.push(`${folder}: ${messageOf(error)}`);
      }
    }
    const megabytes = Math.ceil((placeBytes * places) / 2 ** 20);
    const advice = "make room there, or name another folder in TMPDIR";
    throw new PipelineError(
      "input",
      `Found no room for ${megabytes} MB of pictures (${problems.join("; ")}): ${advice}`,
    );
  }

  /** A place, by the offset of its first byte, that nobody else gets until it is given back. */
  take(): number {
    return this.#free.pop() ?? this.#makePlace();
  }

  /** @param place that nobody writes to or reads any more */
  giveBack(place: number): void {
    this.#free.push(place);
  }

  close(): void {
    closeSync(this.file);
  }

  #makePlace(): number {
    const place = this.#places * this.placeBytes;
    writeBytes(this.file, this.#zeros, place);
    this.#places++;
    return place;
  }
}

/** Writes all bytes, at an offset of a shelf's file. */
export function writeBytes(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, at + done);
}

/** Fills `target` from an offset of a shelf's file. */
export function readBytes(file: number, target: Uint8Array, at: number): void {
  for (let done = 0; done < target.length; ) {
    const read = readSync(file, target, done, target.length - done, at + done);
    if (read === 0) throw new Error(`Expected ${target.length} bytes at ${at} of a shelf, found ${done}`);
    done += read;
  }
}

function namelessFile(folder: string): number {
  const path = join(folder, `twinsift-${process.pid}-${randomUUID()}`);
  const file = openSync(path, "wx+", 0o600);
  try {
    unlinkSync(path);
  } catch {
    // Windows keeps the name of a file that is open
  }
  return file;
}
