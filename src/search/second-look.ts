import { functionsOf, growTo, ownMemory } from "#base/web-assembly.ts";

/** The functions of second-look.wat, which says what each takes and gives. Addresses and lengths are in bytes. */
interface Functions {
  near_columns(
    answers: number,
    groups: number,
    least: number,
    left: number,
    right: number,
    bytes: number,
    looked: number,
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
  dot(left: number, right: number, bytes: number): number;
  near_dots(
    left: number,
    rows: number,
    count: number,
    bytes: number,
    leasts: number,
    near: number,
    dots: number,
  ): number;
  nearer_rows(
    left: number,
    rows: number,
    count: number,
    bytes: number,
    owners: number,
    nearest: number,
    which: number,
    name: number,
  ): void;
}

/** Vectors are filled up with zeros to whole multiples of so many numbers. */
export const VECTOR_NUMBERS = 8;

/** Numbers of a vector that is filled up. */
export function filledUpVector(numbers: number): number {
  return Math.ceil(numbers / VECTOR_NUMBERS) * VECTOR_NUMBERS;
}

/** second-look.wat with memory of its own, which ONNX Runtime may read and write too. */
export class SecondLook {
  readonly #memory = ownMemory();
  readonly functions = functionsOf(new URL("./second-look.wasm", import.meta.url), {
    room: { memory: this.#memory },
  }) as Functions;

  /**
   * Gives out memory, from its start on: that of an earlier call is given out again, as it was left.
   *
   * @param sizes in bytes
   * @returns the address of each part, a multiple of 64, and the buffer that they lie in
   * @throws RangeError when they need more than the 4 GiB that addresses reach
   */
  takeRoom(sizes: readonly number[]): { addresses: number[]; buffer: ArrayBuffer } {
    let end = 0;
    const addresses = sizes.map((size) => {
      const address = end;
      end = Math.ceil((address + size) / 64) * 64;
      return address;
    });
    return { addresses, buffer: growTo(this.#memory, end) };
  }
}
