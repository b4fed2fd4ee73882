import { type FileContent, hashFile } from "#base/hash-file.ts";
import type { HashHandlers } from "#base/hash-worker.ts";
import { WorkerPool } from "#base/worker-pool.ts";

/** Threads mostly wait for disks: there are more of them than many machines have processors. */
const THREADS = 4;
/** So many files are read here: threads take as long to start. */
const FEW = 64;
const FILES_A_CALL = 16;

interface Waiting {
  readonly path: string;
  resolve(content: FileContent): void;
  reject(error: Error): void;
}

/**
 * Hashes files in threads, several a message: opening, reading and closing small files costs the main thread more than their bytes do.
 */
export class FileHasher {
  readonly #pool = new WorkerPool<HashHandlers>(new URL("./hash-worker.ts", import.meta.url), THREADS);
  #asked = 0;
  #underWay = 0;
  #waiting: Waiting[] = [];

  /** Files that may well be asked for at once. */
  static readonly atOnce = THREADS * FILES_A_CALL;

  /** @throws Error saying what the file system has against it */
  hash(path: string): Promise<FileContent> {
    if (this.#asked++ < FEW) return hashFile(path);
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ path, resolve, reject }) === 1) setImmediate(() => this.#sendWaiting());
      else if (this.#waiting.length === FILES_A_CALL) this.#send();
    });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /** While all threads are busy, more files gather for the next message. */
  #sendWaiting(): void {
    if (this.#waiting.length > 0 && this.#underWay < THREADS) this.#send();
  }

  #send(): void {
    const files = this.#waiting;
    this.#waiting = [];
    this.#underWay++;
    const answered = this.#pool.call("hash", { paths: files.map(({ path }) => path) }).finally(() => {
      this.#underWay--;
      this.#sendWaiting();
    });
    answered.then(
      (contents) => {
        for (const [i, { resolve, reject }] of files.entries()) {
          const found = contents[i];
          if ("problem" in found) reject(new Error(found.problem));
          else resolve(found);
        }
      },
      (error) => {
        for (const { reject } of files) reject(error);
      },
    );
  }
}
