import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

// each frame: length of its content in bytes, CRC-32 of the content, content
const HEADER_BYTES = 8;

/**
 * A file that grows by frames. What is synced stays; a frame that was torn when the process or the machine ended is cut off when the file
 * is opened again.
 */
export class AppendLog {
  readonly #path: string;
  readonly #file: FileHandle;
  #bytes: number;

  private constructor(path: string, file: FileHandle, bytes: number) {
    this.#path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  /**
   * @param keepAside gets what stands behind the last whole frame, before it is cut off
   * @returns the log and its whole frames
   * @throws PipelineError `artifact` when the disk does not let it
   */
  static async open(
    path: string,
    keepAside: (end: Uint8Array) => Promise<void>,
  ): Promise<{ log: AppendLog; frames: Uint8Array[] }> {
    try {
      const file = await open(path, "a+");
      const content = await file.readFile();
      const frames = wholeFrames(content);
      const bytes = frames.reduce((sum, { length }) => sum + HEADER_BYTES + length, 0);
      if (bytes < content.length) {
        await keepAside(content.subarray(bytes));
        await file.truncate(bytes);
      }
      return { log: new AppendLog(path, file, bytes), frames };
    } catch (error) {
      throw new PipelineError("artifact", `Cannot use "${path}": ${messageOf(error)}`, { cause: error });
    }
  }

  /** Adds a frame, which is on disk when this returns. */
  async append(content: Uint8Array): Promise<void> {
    const frame = frameOf(content);
    try {
      await this.#file.writeFile(frame);
      await this.#file.datasync();
      this.#bytes += frame.length;
    } catch (error) {
      await this.#file.truncate(this.#bytes).catch(() => undefined);
      throw new PipelineError("artifact", `Cannot write "${this.#path}": ${messageOf(error)}`, { cause: error });
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Content as it stands in such a file. */
export function frameOf(content: Uint8Array): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + content.length);
  frame.writeUInt32LE(content.length, 0);
  frame.writeUInt32LE(crc32(content), 4);
  frame.set(content, HEADER_BYTES);
  return frame;
}

function wholeFrames(content: Buffer): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at + HEADER_BYTES <= content.length; ) {
    const end = at + HEADER_BYTES + content.readUInt32LE(at);
    const frame = content.subarray(at + HEADER_BYTES, end);
    if (end > content.length || crc32(frame) !== content.readUInt32LE(at + 4)) break;
    frames.push(frame);
    at = end;
  }
  return frames;
}
