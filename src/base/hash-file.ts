import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";

const CHUNK_BYTES = 1 << 20;

/** Of the files that are read one after the other. */
let chunk: Buffer | undefined;

export interface FileContent {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Reads a file once, in chunks.
 *
 * @throws the file system's error when it cannot be read
 */
export async function hashFile(path: string): Promise<FileContent> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    // one byte more than the file has, so that a small file needs a single read to find its end
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size + 1));
    const hash = createHash("sha256");
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, bytes);
      if (bytesRead === 0) break;
      hash.update(chunk.subarray(0, bytesRead));
      bytes += bytesRead;
      if (bytesRead < chunk.length && bytes >= size) break;
    }
    return { sha256: hash.digest("hex"), bytes };
  } finally {
    await file.close();
  }
}

/**
 * The same, where nothing else is to happen meanwhile: at the start of a program, or in a thread of its own.
 *
 * @throws the file system's error when it cannot be read
 */
export function hashFileSync(path: string): FileContent {
  chunk ??= Buffer.allocUnsafe(CHUNK_BYTES);
  const file = openSync(path, "r");
  try {
    const hash = createHash("sha256");
    for (let bytes = 0; ; ) {
      const read = readSync(file, chunk);
      if (read === 0) return { sha256: hash.digest("hex"), bytes };
      hash.update(chunk.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(file);
  }
}
