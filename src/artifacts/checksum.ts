import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";

/** Tells a file from one that was cut off or in which bits have flipped. */
export interface Checksum {
  readonly bytes: number;
  /** CRC-32 of the content. */
  readonly crc32: number;
}

export const EMPTY: Checksum = { bytes: 0, crc32: 0 };

const CHUNK_BYTES = 1 << 22;

/** The checksum of what was summed so far with `chunk` behind it. */
export function extended({ bytes, crc32: sum }: Checksum, chunk: Uint8Array): Checksum {
  return { bytes: bytes + chunk.length, crc32: crc32(chunk, sum) };
}

/** Reads a file once, in chunks. */
async function checksumOf(path: string): Promise<Checksum> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size + 1));
    let sum = EMPTY;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, sum.bytes);
      if (bytesRead === 0) return sum;
      sum = extended(sum, chunk.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** What is wrong with a file that should have this checksum; undefined where nothing is. */
export async function damageOf(path: string, expected: Checksum): Promise<string | undefined> {
  let found: Checksum;
  try {
    found = await checksumOf(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return "it is missing";
    if (code === "EIO") return "the disk cannot read it";
    throw error;
  }
  if (found.bytes !== expected.bytes) return `expected ${expected.bytes} bytes, found ${found.bytes}`;
  return found.crc32 === expected.crc32 ? undefined : "its checksum is wrong";
}
