import type { ByteSource } from "#onnx/byte-source.ts";

/** A place in a file that is no protocol-buffer message. */
export class ProtobufFault extends Error {
  override readonly name = "ProtobufFault";
}

/** A field of a message; what it holds is only read when it is asked for. */
export interface ProtobufField {
  readonly number: number;
  readonly wireType: number;
  /** Of a varint: its value, where it is at most 2^53; larger and negative ones are rounded. Otherwise 0. */
  readonly integer: number;
  /** Where the content lies in the file: without the field's number and length. */
  readonly start: number;
  readonly end: number;
}

const LONGEST_VARINT = 10;

/**
 * The fields of a message (https://protobuf.dev/programming-guides/encoding), in the file's order. Contents are passed over, not read.
 *
 * @param start first byte of the message
 * @param end first byte after it
 * @throws ProtobufFault where the bytes are no message: truncated, or of an unknown kind
 */
export function* readFields(source: ByteSource, start = 0, end = source.length): Generator<ProtobufField> {
  let at = start;
  while (at < end) {
    const [key, afterKey] = readVarint(source, at, end);
    const number = Math.floor(key / 8);
    const wireType = key % 8;
    if (number === 0 || number > 0x1fffffff) throw new ProtobufFault(`field ${number} at byte ${at}`);
    const [integer, first, next] = contentOf(source, wireType, afterKey, end);
    if (next > end) {
      throw new ProtobufFault(`field ${number} at byte ${at} that ends at byte ${next}, in what ends at byte ${end}`);
    }
    yield { number, wireType, integer, start: first, end: next };
    at = next;
  }
}

/** UTF-8 text of a field. */
export function textOf(source: ByteSource, { start, end }: ProtobufField): string {
  return new TextDecoder().decode(source.slice(start, end));
}

/** The value of a varint, first and last byte of the content. */
function contentOf(source: ByteSource, wireType: number, at: number, end: number): [number, number, number] {
  switch (wireType) {
    case 0: {
      const [value, next] = readVarint(source, at, end);
      return [value, at, next];
    }
    case 1:
      return [0, at, at + 8];
    case 2: {
      const [length, first] = readVarint(source, at, end);
      return [0, first, first + length];
    }
    case 5:
      return [0, at, at + 4];
    default:
      throw new ProtobufFault(`wire type ${wireType} at byte ${at - 1}`);
  }
}

function readVarint(source: ByteSource, start: number, end: number): [number, number] {
  let value = 0;
  let unit = 1;
  for (let at = start; at < end && at < start + LONGEST_VARINT; at++) {
    const byte = source.byte(at);
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) return [value, at + 1];
    unit *= 128;
  }
  throw new ProtobufFault(`a number without an end at byte ${start}`);
}
