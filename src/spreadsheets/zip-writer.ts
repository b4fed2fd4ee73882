import { pipeline, Readable } from "node:stream";
import { crc32, createDeflateRaw } from "node:zlib";

/** A file in an archive. Bytes are stored as they are; text, which may be long, is compressed. */
export interface ZipPart {
  readonly name: string;
  readonly content: Uint8Array | Iterable<string> | AsyncIterable<string>;
}

interface Written {
  readonly name: string;
  readonly isStored: boolean;
  readonly sum: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly offset: number;
}

const VERSION = 20;
const DEFLATED = 8;
/** Sum and sizes follow the content. */
const HAS_DESCRIPTOR = 1 << 3;
/** 1 January 1980, 00:00, the earliest there is: the same content gives the same bytes. */
const DATE = 0x21;

/** Writes a zip archive part by part, so that none need be in memory as a whole. At most 65,534 parts and 4 GiB. */
export async function* zipArchive(parts: Iterable<ZipPart> | AsyncIterable<ZipPart>): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  let offset = 0;
  for await (const { name, content } of parts) {
    const start = offset;
    const head = { name, offset: start, isStored: content instanceof Uint8Array };
    let entry: Written;
    if (content instanceof Uint8Array) {
      entry = { ...head, sum: crc32(content), packedBytes: content.length, bytes: content.length };
      yield localHeader(entry);
      yield content;
      offset += localHeader(entry).length + content.length;
    } else {
      const first = localHeader({ ...head, sum: 0, packedBytes: 0, bytes: 0 });
      yield first;
      const count = { sum: 0, bytes: 0, packedBytes: 0 };
      yield* deflated(content, count);
      entry = { ...head, ...count };
      yield descriptor(entry);
      offset += first.length + entry.packedBytes + descriptor(entry).length;
    }
    written.push(entry);
    if (offset > 0xffffffff || written.length > 0xfffe)
      throw new Error("Expected an archive of less than 4 GiB and 65,535 parts");
  }
  let directoryBytes = 0;
  for (const entry of written) {
    const record = directoryRecord(entry);
    directoryBytes += record.length;
    yield record;
  }
  yield endRecord(written.length, directoryBytes, offset);
}

/** Compresses text as it comes, and counts what it was and what became of it. */
async function* deflated(
  text: Iterable<string> | AsyncIterable<string>,
  count: { sum: number; bytes: number; packedBytes: number },
): AsyncGenerator<Uint8Array> {
  async function* counted() {
    for await (const piece of text) {
      const bytes = Buffer.from(piece);
      count.sum = crc32(bytes, count.sum);
      count.bytes += bytes.length;
      yield bytes;
    }
  }
  const packing = createDeflateRaw();
  // a fault of the text ends the loop below
  pipeline(Readable.from(counted(), { objectMode: false }), packing, () => undefined);
  for await (const chunk of packing as AsyncIterable<Buffer>) {
    count.packedBytes += chunk.length;
    yield chunk;
  }
}

/** What local headers and the directory tell alike, from the version on. */
function commonFields({ name, isStored, sum, packedBytes, bytes }: Written, hasSizes: boolean): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(isStored ? 0 : HAS_DESCRIPTOR, 2);
  fields.writeUInt16LE(isStored ? 0 : DEFLATED, 4);
  fields.writeUInt16LE(DATE, 8);
  if (hasSizes) {
    fields.writeUInt32LE(sum, 10);
    fields.writeUInt32LE(packedBytes, 14);
    fields.writeUInt32LE(bytes, 18);
  }
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  return fields;
}

function localHeader(entry: Written): Buffer {
  return Buffer.concat([signature(0x04034b50), commonFields(entry, entry.isStored), Buffer.from(entry.name)]);
}

function descriptor({ sum, packedBytes, bytes }: Written): Buffer {
  const fields = Buffer.alloc(16);
  for (const [i, value] of [0x08074b50, sum, packedBytes, bytes].entries()) fields.writeUInt32LE(value, 4 * i);
  return fields;
}

function directoryRecord(entry: Written): Buffer {
  const version = Buffer.from([VERSION, 0]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(entry.offset, 10);
  return Buffer.concat([signature(0x02014b50), version, commonFields(entry, true), rest, Buffer.from(entry.name)]);
}

function endRecord(count: number, directoryBytes: number, offset: number): Buffer {
  const fields = Buffer.alloc(22);
  fields.writeUInt32LE(0x06054b50, 0);
  fields.writeUInt16LE(count, 8);
  fields.writeUInt16LE(count, 10);
  fields.writeUInt32LE(directoryBytes, 12);
  fields.writeUInt32LE(offset, 16);
  return fields;
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
