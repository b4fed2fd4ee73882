import fc from "fast-check";
import { expect, test } from "vitest";
import { PipelineError } from "#base/pipeline-error.ts";
import { type JsonValue, type PackedArray, packArrays, unpackArrays } from "#fleet/packed-arrays.ts";

const SEED = 1;

const anyArray: fc.Arbitrary<PackedArray> = fc.oneof(
  fc.float32Array({ maxLength: 40 }),
  fc.float64Array({ maxLength: 40 }),
  fc.uint32Array({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }),
);
const anyName = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "", "0"),
);
const anyArrays = fc.array(fc.tuple(anyName, anyArray), { maxLength: 5 }).map((entries) => {
  const arrays: Record<string, PackedArray> = Object.create(null);
  for (const [name, array] of entries) arrays[name] = array;
  return arrays;
});
/** As JSON has it: no -0. */
const anyHeader = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);

test("what was packed comes out again, each array with its type and every bit, wherever the bytes lie in memory", () => {
  fc.assert(
    fc.property(anyHeader, anyArrays, fc.nat({ max: 8 }), (header, arrays, offset) => {
      const packed = packArrays(header, arrays);
      const moved = new Uint8Array(packed.length + offset).subarray(offset);
      moved.set(packed);
      const unpacked = unpackArrays(moved);
      expect(unpacked.header).toEqual(header);
      expect(Object.keys(unpacked.arrays)).toEqual(Object.keys(arrays));
      for (const [name, array] of Object.entries(arrays)) {
        expect(unpacked.arrays[name].constructor).toBe(array.constructor);
        expect(bytesOf(unpacked.arrays[name]).equals(bytesOf(array))).toBe(true);
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test("every byte that has changed is noticed, and every length", () => {
  const packed = packArrays(
    { rows: 2, names: ["a"] },
    { distances: Float64Array.of(1, Number.NaN), of: Uint8Array.of(7) },
  );
  fc.assert(
    fc.property(fc.nat({ max: packed.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = packed.slice();
      damaged[at] ^= change;
      expect(() => unpackArrays(damaged)).toThrow(PipelineError);
    }),
    { seed: SEED, numRuns: 2000 },
  );
  for (let length = 0; length < packed.length; length++)
    expect(() => unpackArrays(packed.subarray(0, length))).toThrow(PipelineError);
  expect(() => unpackArrays(Buffer.concat([packed, Buffer.alloc(1)]))).toThrow(/expected \d+ bytes, found \d+/);
});

test("arrays are views of the bytes they came with, at multiples of eight", () => {
  const packed = packArrays(null, {
    a: Uint8Array.of(1),
    b: Float64Array.of(2),
    c: Uint8Array.of(3, 4),
    d: Float32Array.of(5),
  });
  const { arrays } = unpackArrays(packed);
  for (const array of Object.values(arrays)) {
    expect(array.buffer).toBe(packed.buffer);
    expect(array.byteOffset % 8).toBe(0);
  }
});

test("an array is packed from the part of memory that it shows, and equal content gives equal bytes", () => {
  const all = Float32Array.of(1, 2, 3, 4);
  const packed = packArrays({}, { part: all.subarray(1, 3) });
  expect([...unpackArrays(packed).arrays.part]).toEqual([2, 3]);
  expect(packArrays({}, { part: Float32Array.of(2, 3) })).toEqual(packed);
});

test("what is wrong is said, and of what", () => {
  const packed = packArrays(null, {});
  expect(() => unpackArrays(Buffer.from("no result"), 'the result "a"')).toThrow(
    'Cannot use the result "a": expected 32 bytes or more, found 9; remove it and run again, which makes it anew',
  );
  expect(() => unpackArrays(Buffer.alloc(40))).toThrow(/expected "TWSR" at its start, found "\\u0000/);
  const damaged = packed.slice();
  damaged[16] = 2;
  expect(() => unpackArrays(damaged)).toThrow(/checksum/);
});

function bytesOf(array: PackedArray): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
