import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { writeWholeFile } from "#artifacts/whole-file.ts";

/** Arrays that a file of arrays can hold. */
const ARRAY_TYPES = { Int8Array, Int32Array, Uint32Array, Float32Array, Float64Array };
export type StoredArray = Int8Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** What a file of arrays holds. */
export interface ArrayFile {
  /** Any JSON value. */
  readonly head: unknown;
  readonly arrays: readonly StoredArray[];
}

const MAGIC = "twinsift arrays 1\n";
const ALIGNMENT = 64;
const CHECKSUM_BYTES = 4;

interface Layout {
  readonly head: unknown;
  readonly arrays: readonly { readonly type: keyof typeof ARRAY_TYPES; readonly length: number }[];
}

/**
 * Writes arrays into a file that is there whole or not at all: a line that names the format, a line of JSON, the arrays, each from a multiple of
 * 64 bytes on, and the CRC-32 of all of that.
 *
 * @throws PipelineError `artifact` naming the file when the disk does not take it
 */
export async function writeArrayFile(path: string, { head, arrays }: ArrayFile): Promise<void> {
  const layout: Layout = {
    head,
    arrays: arrays.map((array) => ({
      type: array.constructor.name as keyof typeof ARRAY_TYPES,
      length: array.length,
    })),
  };
  const chunks: Uint8Array[] = [filledUp(Buffer.from(`${MAGIC}${JSON.stringify(layout)}\n`))];
  for (const { buffer, byteOffset, byteLength } of arrays)
    chunks.push(filledUp(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)));
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32LE(chunks.reduce((sum, chunk) => crc32(chunk, sum), 0));
  await writeWholeFile(path, [...chunks, checksum]);
}

/**
 * Reads what `writeArrayFile` wrote.
 *
 * @returns undefined where there is no such file, or it is damaged
 */
export async function readArrayFile(path: string): Promise<ArrayFile | undefined> {
  const bytes = await readAligned(path).catch(() => undefined);
  if (!bytes || bytes.length < CHECKSUM_BYTES) return undefined;
  const end = bytes.length - CHECKSUM_BYTES;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) return undefined;
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return undefined;
  const headEnd = bytes.indexOf("\n", MAGIC.length);
  const { head, arrays } = JSON.parse(bytes.toString("utf8", MAGIC.length, headEnd)) as Layout;
  let at = aligned(headEnd + 1);
  const read = arrays.map(({ type, length }) => {
    const array = new ARRAY_TYPES[type](bytes.buffer as ArrayBuffer, at, length);
    at = aligned(at + array.byteLength);
    return array;
  });
  return { head, arrays: read };
}

/** The whole file, in a buffer of its own. */
async function readAligned(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const bytes = Buffer.from(new ArrayBuffer(size));
    for (let done = 0; done < size; ) {
      const { bytesRead } = await file.read(bytes, done, size - done, done);
      if (bytesRead === 0) return bytes.subarray(0, 0);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function filledUp(bytes: Uint8Array): Uint8Array {
  const filled = Buffer.alloc(aligned(bytes.length));
  filled.set(bytes);
  return filled;
}
