import fc from "fast-check";
import { expect, test } from "vitest";
import { MemorySource } from "#onnx/byte-source.ts";
import { ProtobufFault, readFields, textOf } from "#onnx/protobuf-reader.ts";
import { ProtobufWriter } from "#onnx/protobuf-writer.ts";

type Written = { field: number } & (
  | { integer: number }
  | { text: string }
  | { float: number }
  | { message: Written[] }
);

const field = fc.integer({ min: 1, max: 2 ** 29 - 1 });
const { message } = fc.letrec<{ message: Written[] }>((tie) => ({
  message: fc.array(
    fc.oneof(
      { depthSize: "small" },
      fc.record({ field, integer: fc.nat(Number.MAX_SAFE_INTEGER) }),
      fc.record({ field, text: fc.string({ unit: "grapheme" }) }),
      fc.record({ field, float: fc.float({ noNaN: true }) }),
      fc.record({ field, message: tie("message") }),
    ) as fc.Arbitrary<Written>,
    { maxLength: 6 },
  ),
}));

function write(fields: readonly Written[]): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const written of fields) {
    if ("integer" in written) writer.integer(written.field, written.integer);
    else if ("text" in written) writer.string(written.field, written.text);
    else if ("float" in written) writer.float(written.field, written.float);
    else writer.message(written.field, write(written.message));
  }
  return writer;
}

/** Reads with what was written as the guide to what each field holds. */
function expectSame(source: MemorySource, fields: readonly Written[], start?: number, end?: number): void {
  const read = [...readFields(source, start, end)];
  expect(read.map(({ number }) => number)).toEqual(fields.map((written) => written.field));
  for (const [i, written] of fields.entries()) {
    if ("integer" in written) expect(read[i].integer).toBe(written.integer);
    else if ("text" in written) expect(textOf(source, read[i])).toBe(written.text);
    else if ("float" in written) {
      const bytes = source.slice(read[i].start, read[i].end);
      expect(new DataView(bytes.buffer).getFloat32(0, true)).toBe(written.float);
    } else expectSame(source, written.message, read[i].start, read[i].end);
  }
}

test("readFields() reads back what ProtobufWriter writes", () => {
  fc.assert(fc.property(message, (fields) => expectSame(new MemorySource(write(fields).finish()), fields)));
});

test("readFields() refuses any bytes that are no message, and never reads beyond their end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        for (const { start, end } of readFields(new MemorySource(bytes))) {
          expect(start).toBeLessThanOrEqual(end);
          expect(end).toBeLessThanOrEqual(bytes.length);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(ProtobufFault);
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  [[0x0a, 5, 1], /field 1 at byte 0 that ends at byte 7, in what ends at byte 3/],
  [[0x80, 0x80], /a number without an end at byte 0/],
  [[0x0b], /wire type 3 at byte 0/],
  [[0x00, 0], /field 0 at byte 0/],
])("readFields() says what is wrong with %j", (bytes, message) => {
  expect(() => [...readFields(new MemorySource(Uint8Array.from(bytes)))]).toThrow(message);
});
