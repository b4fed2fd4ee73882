import pLimit from "p-limit";
import { FileHasher } from "#base/file-hasher.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";

const STAGE = "check";

/** Reads files in threads, each once, to tell whether they are as they were reported. */
export class ContentChecker {
  readonly #hasher = new FileHasher();
  readonly #limit = pLimit(FileHasher.atOnce);
  readonly #known = new Map<string, Promise<string | undefined>>();
  readonly #progress: Progress;
  readonly #signal: AbortSignal;
  #done = 0;

  /** @param signal when it is given, no further file is read */
  constructor(progress: Progress, signal: AbortSignal) {
    this.#progress = progress;
    this.#signal = signal;
  }

  /**
   * @returns what is wrong with it; undefined where it has the content
   * @throws the signal's reason
   */
  async problem(path: string, sha256: string): Promise<string | undefined> {
    const found = await this.#hash(path).catch((error) => error);
    this.#signal.throwIfAborted();
    if (found instanceof Error) return `cannot be read (${messageOf(found).replaceAll(path, "the file")})`;
    return found === sha256 ? undefined : "has changed since the latest run";
  }

  async close(): Promise<void> {
    this.#progress.finish(STAGE);
    await this.#hasher.close();
  }

  #hash(path: string): Promise<string | undefined> {
    const known = this.#known.get(path);
    if (known) return known;
    const hash = this.#limit(async () => {
      this.#signal.throwIfAborted();
      const { sha256 } = await this.#hasher.hash(path);
      this.#progress.update(STAGE, "files", ++this.#done);
      return sha256;
    });
    this.#known.set(path, hash);
    return hash;
  }
}
