import { readFileSync } from "node:fs";

/** The functions of second-look.wat, which says what each takes and gives. Addresses and lengths are in bytes. */
interface SecondLook {
  near_columns(
    answers: number,
    groups: number,
    least: number,
    left: number,
    right: number,
    bytes: number,
    reach: number,
    slacks: number,
    from: number,
    end: number,
    near: number,
  ): number;
  near_rows(
    left: number,
    rows: number,
    count: number,
    bytes: number,
    limit: number,
    near: number,
    squared: number,
  ): number;
}

/** What Node.js has and its types do not name. */
declare const WebAssembly: {
  Memory: new (description: { initial: number }) => { readonly buffer: ArrayBuffer; grow(pages: number): number };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
};

const PAGE_BYTES = 65_536;

const memory = new WebAssembly.Memory({ initial: 1 });
const module = new WebAssembly.Module(readFileSync(new URL("./second-look.wasm", import.meta.url)));
export const secondLook = new WebAssembly.Instance(module, { room: { memory } }).exports as SecondLook;

/** Vectors are filled up with zeros to whole multiples of so many numbers. */
export const VECTOR_NUMBERS = 8;

/** Numbers of a vector that is filled up. */
export function filledUpVector(numbers: number): number {
  return Math.ceil(numbers / VECTOR_NUMBERS) * VECTOR_NUMBERS;
}

/**
 * Memory of this thread that `secondLook` works on and ONNX Runtime may read and write too. The memory of an earlier call is given out
 * again; it is not cleared.
 *
 * @param sizes in bytes
 * @returns the address of each part, a multiple of 64, and the buffer that they lie in
 * @throws RangeError when they need more than the 4 GiB that addresses reach
 */
export function takeRoom(sizes: readonly number[]): { addresses: number[]; buffer: ArrayBuffer } {
  let end = 0;
  const addresses = sizes.map((size) => {
    const address = end;
    end = Math.ceil((address + size) / 64) * 64;
    return address;
  });
  const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing > 0) memory.grow(missing);
  return { addresses, buffer: memory.buffer };
}
