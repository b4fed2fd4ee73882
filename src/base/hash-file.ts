import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";

const CHUNK_BYTES = 1 << 20;

/**
 * Reads a file once, in chunks.
 *
 * @returns its SHA-256 as 64 hexadecimal digits and its length in bytes
 * @throws the file system's error when it cannot be read
 */
export async function hashFile(path: string): Promise<{ sha256: string; bytes: number }> {
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
 * The same SHA-256, for a single file at the start of a program: nothing else happens meanwhile.
 *
 * @throws the file system's error when it cannot be read
 */
export function hashFileSync(path: string): string {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const hash = createHash("sha256");
    for (;;) {
      const bytes = readSync(file, chunk);
      if (bytes === 0) return hash.digest("hex");
      hash.update(chunk.subarray(0, bytes));
    }
  } finally {
    closeSync(file);
  }
}
