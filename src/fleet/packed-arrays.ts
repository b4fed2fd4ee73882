import { crc32 } from "node:zlib";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

/** What JSON keeps as it is. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type PackedArray = Float32Array | Float64Array | Uint32Array | Uint8Array;

/** A result of a task. */
export interface Unpacked {
  readonly header: JsonValue;
  /** Has no prototype, so that any text can be a name. */
  readonly arrays: Readonly<Record<string, PackedArray>>;
}

const TYPES = { Float32Array, Float64Array, Uint32Array, Uint8Array } as const;
type TypeName = keyof typeof TYPES;

/** Of one array: its name, its type, the number of its elements. */
type Entry = readonly [name: string, type: TypeName, length: number];

const MAGIC = "TWSR";
const VERSION = 1;
/** Magic, CRC-32 of all that follows it, bytes in all, version, bytes of the table. */
const HEAD_BYTES = 32;
const SUMMED_FROM = 8;
const ALIGNMENT = 8;

/**
 * A header and arrays as one sequence of bytes: little endian, every array at a multiple of 8 bytes, a CRC-32 over all.
 *
 * @param header comes back as JSON has it
 * @throws RangeError where all together is longer than an array can be
 */
export function packArrays(header: JsonValue, arrays: Readonly<Record<string, PackedArray>>): Uint8Array {
  const named = Object.entries(arrays);
  const entries = named.map(([name, array]): Entry => [name, typeOf(array), array.length]);
  const table = Buffer.from(JSON.stringify({ header, arrays: entries }));
  const total = named.reduce((end, [, array]) => aligned(end) + array.byteLength, HEAD_BYTES + table.length);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from(MAGIC), 0);
  view.setBigUint64(8, BigInt(total), true);
  view.setUint32(16, VERSION, true);
  view.setUint32(20, table.length, true);
  bytes.set(table, HEAD_BYTES);
  let end = HEAD_BYTES + table.length;
  for (const [, array] of named) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), aligned(end));
    end = aligned(end) + array.byteLength;
  }
  view.setUint32(4, crc32(bytes.subarray(SUMMED_FROM)), true);
  return bytes;
}

/**
 * What `packArrays` was given. The arrays are views of `bytes` where these lie at a multiple of 8 bytes in memory, else of a copy.
 *
 * @param what for a person: what the bytes are, where they come from
 * @throws PipelineError `artifact` where they are not what was packed
 */
export function unpackArrays(bytes: Uint8Array, what = "the result of a task"): Unpacked {
  const placed = bytes.byteOffset % ALIGNMENT === 0 ? bytes : new Uint8Array(bytes);
  const view = new DataView(placed.buffer, placed.byteOffset, placed.byteLength);
  const damaged = (found: string) => {
    const advice = "remove it and run again, which makes it anew";
    return new PipelineError("artifact", `Cannot use ${what}: ${found}; ${advice}`);
  };
  if (placed.length < HEAD_BYTES) throw damaged(`expected ${HEAD_BYTES} bytes or more, found ${placed.length}`);
  const magic = Buffer.from(placed.subarray(0, 4)).toString("latin1");
  if (magic !== MAGIC) throw damaged(`expected "${MAGIC}" at its start, found ${JSON.stringify(magic)}`);
  const total = view.getBigUint64(8, true);
  if (total !== BigInt(placed.length)) throw damaged(`expected ${total} bytes, found ${placed.length}`);
  const sum = crc32(placed.subarray(SUMMED_FROM));
  if (sum !== view.getUint32(4, true)) throw damaged("its checksum is wrong");
  const version = view.getUint32(16, true);
  if (version !== VERSION) throw damaged(`expected version ${VERSION} of its form, found ${version}`);
  try {
    return readTable(placed, view.getUint32(20, true));
  } catch (error) {
    // its checksum is right: another program has made it
    throw damaged(`its table cannot be read (${messageOf(error)})`);
  }
}

function readTable(bytes: Uint8Array, tableBytes: number): Unpacked {
  let end = HEAD_BYTES + tableBytes;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + HEAD_BYTES, tableBytes).toString();
  const { header, arrays: entries }: { header: JsonValue; arrays: readonly Entry[] } = JSON.parse(text);
  const arrays: Record<string, PackedArray> = Object.create(null);
  for (const [name, type, length] of entries) {
    if (!Object.hasOwn(TYPES, type)) throw new Error(`no such type of array: ${JSON.stringify(type)}`);
    const array = new TYPES[type](bytes.buffer as ArrayBuffer, bytes.byteOffset + aligned(end), length);
    end = aligned(end) + array.byteLength;
    if (end > bytes.length) throw new Error(`${JSON.stringify(name)} ends behind the last byte`);
    arrays[name] = array;
  }
  return { header, arrays };
}

function typeOf(array: PackedArray): TypeName {
  if (array instanceof Float32Array) return "Float32Array";
  if (array instanceof Float64Array) return "Float64Array";
  return array instanceof Uint32Array ? "Uint32Array" : "Uint8Array";
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
