import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";

const unpack = promisify(inflateRaw);

/** All parts together; a workbook of a million rows of reports has less. */
const MOST_UNPACKED_BYTES = 1 << 30;
const MOST_PARTS = 1 << 16;

const END = 0x06054b50;
const END_BYTES = 22;
const MOST_COMMENT_BYTES = 0xffff;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const IS_ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly packedBytes: number;
  readonly offset: number;
}

/**
 * Unpacks the wanted parts of a zip archive that nobody vouches for.
 *
 * @param isWanted told the name of each part
 * @returns the parts by name
 * @throws Error saying what is wrong: no archive, damaged, encrypted, or larger than 1 GiB when unpacked, whatever it says of itself
 */
export async function unpackZip(bytes: Buffer, isWanted: (name: string) => boolean): Promise<Map<string, Buffer>> {
  const parts = new Map<string, Buffer>();
  let left = MOST_UNPACKED_BYTES;
  for (const entry of entriesOf(bytes)) {
    if (entry.name.endsWith("/") || !isWanted(entry.name)) continue;
    if (entry.flags & IS_ENCRYPTED) throw new Error("found a password, expected a file without one");
    const content = await contentOf(bytes, entry, left);
    left -= content.length;
    parts.set(entry.name, content);
  }
  return parts;
}

function entriesOf(bytes: Buffer): Entry[] {
  const end = endOf(bytes);
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  // 65,535 parts or more are told elsewhere, which no spreadsheet of rows and pictures comes near
  if (count >= MOST_PARTS - 1) throw new Error(`found ${count} parts or more, expected fewer`);
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > end || bytes.readUInt32LE(at) !== ENTRY) throw damaged();
    const nameBytes = bytes.readUInt16LE(at + 28);
    entries.push({
      name: bytes.toString("utf8", at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      packedBytes: bytes.readUInt32LE(at + 20),
      offset: bytes.readUInt32LE(at + 42),
    });
    at += ENTRY_BYTES + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function endOf(bytes: Buffer): number {
  const least = Math.max(0, bytes.length - END_BYTES - MOST_COMMENT_BYTES);
  for (let at = bytes.length - END_BYTES; at >= least; at--) if (bytes.readUInt32LE(at) === END) return at;
  throw damaged();
}

async function contentOf(bytes: Buffer, entry: Entry, mostBytes: number): Promise<Buffer> {
  const { offset, method, packedBytes } = entry;
  if (offset + LOCAL_BYTES > bytes.length || bytes.readUInt32LE(offset) !== LOCAL) throw damaged();
  const start = offset + LOCAL_BYTES + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
  const packed = bytes.subarray(start, start + packedBytes);
  if (packed.length < packedBytes) throw damaged();
  if (method === STORED && packedBytes <= mostBytes) return packed;
  if (method !== STORED && method !== DEFLATED)
    throw new Error(`found the compression method ${method}, expected deflate`);
  try {
    if (method === STORED) throw new RangeError("too large");
    return await unpack(packed, { maxOutputLength: Math.max(1, mostBytes) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw damaged();
    throw new Error(`found more than ${MOST_UNPACKED_BYTES} bytes when unpacked, expected fewer`);
  }
}

function damaged(): Error {
  return new Error("found a damaged zip archive, expected a whole one");
}
