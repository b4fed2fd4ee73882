import { rmSync } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AskerGone } from "#server/patience.ts";
import { Refusal } from "#server/refusal.ts";
import { formatCount } from "#terminal/format.ts";

/** A body that arrives or lies on the disk. */
interface Body {
  readonly request: IncomingMessage;
  bytes: number;
  isRefused: boolean;
}

/** By who sends, and by us. */
const BROKEN_OFF = ["ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE", "ABORT_ERR"];

/** Who was refused is told so with the next bytes that come, or is cut off. */
const REFUSED_MAY_WAIT_MS = 1000;

/** Bodies of requests as files of a private folder, under names of our own, written as they arrive: memory stays as it is. */
export class ReceivedFiles {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #maxHeldBytes: number;
  readonly #removeAtExit = () => rmSync(this.#folder, { recursive: true, force: true });
  /** In the order in which they began. */
  readonly #arriving = new Set<Body>();
  #count = 0;
  #heldBytes = 0;

  private constructor(folder: string, maxBytes: number, maxHeldBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#maxHeldBytes = maxHeldBytes;
    process.once("exit", this.#removeAtExit);
  }

  /**
   * @param maxBytes of a body
   * @param maxHeldBytes of all that lie on the disk at a time
   */
  static async open(maxBytes: number, maxHeldBytes: number): Promise<ReceivedFiles> {
    // mkdtemp makes it readable by this user alone
    return new ReceivedFiles(await mkdtemp(join(tmpdir(), "twinsift-received-")), maxBytes, maxHeldBytes);
  }

  /** Bytes that lie on the disk now. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Receives the body of a request, hands its file over, and removes it.
   *
   * @throws Refusal 413, 411 or 400 for what is too large or empty, 429 where there is no room; AskerGone where it breaks off
   */
  async with<T>(request: IncomingMessage, use: (path: string) => Promise<T>): Promise<T> {
    this.#checkLength(request.headers["content-length"]);
    const path = join(this.#folder, String(this.#count++));
    const body: Body = { request, bytes: 0, isRefused: false };
    try {
      const file = await open(path, "wx", 0o600);
      this.#arriving.add(body);
      try {
        await this.#receive(body, file);
      } finally {
        this.#arriving.delete(body);
        await file.close();
      }
      return await use(path);
    } finally {
      await rm(path, { force: true });
      if (!body.isRefused) this.#heldBytes -= body.bytes;
    }
  }

  async close(): Promise<void> {
    process.off("exit", this.#removeAtExit);
    await rm(this.#folder, { recursive: true, force: true });
  }

  #checkLength(length: string | undefined): void {
    if (length !== undefined && Number(length) > this.#maxBytes) throw this.#tooLarge();
  }

  async #receive(body: Body, file: FileHandle): Promise<void> {
    const { request } = body;
    try {
      // a request that is destroyed could not be answered any more
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        if (!body.isRefused) {
          body.bytes += chunk.length;
          this.#heldBytes += chunk.length;
          this.#makeRoom();
        }
        if (body.isRefused) throw noRoom();
        if (body.bytes > this.#maxBytes) throw this.#tooLarge();
        for (let done = 0; done < chunk.length; )
          done += (await file.write(chunk, done, chunk.length - done)).bytesWritten;
      }
    } catch (error) {
      throw BROKEN_OFF.includes((error as NodeJS.ErrnoException).code ?? "") ? new AskerGone() : error;
    }
    if (request.complete === false) throw new AskerGone();
    if (body.bytes === 0) throw new Refusal(400, "Found an empty body, expected the bytes of an image");
  }

  /** Refuses those that began last, so that those before them come to their end. */
  #makeRoom(): void {
    const arriving = [...this.#arriving].filter(({ isRefused }) => !isRefused);
    while (this.#heldBytes > this.#maxHeldBytes) {
      const last = arriving.pop();
      if (!last) return;
      last.isRefused = true;
      this.#heldBytes -= last.bytes;
      setTimeout(() => {
        if (this.#arriving.has(last)) last.request.destroy();
      }, REFUSED_MAY_WAIT_MS).unref();
    }
  }

  #tooLarge(): Refusal {
    return new Refusal(413, `Found a body of more than ${formatCount(this.#maxBytes)} bytes; send a smaller picture`);
  }
}

function noRoom(): Refusal {
  return new Refusal(429, "Found too many large bodies at a time; send this one again in a second", {
    "retry-after": "1",
  });
}
