import { functionsOf, growTo, ownMemory } from "#base/web-assembly.ts";
import type { Pixels } from "#images/cut-pixels.ts";
import { type Kernel, type Taps, tapsOf } from "#images/resample-taps.ts";

/** The functions of resample.wat, which says what each takes and gives. */
interface Functions {
  weigh_lines(line: number, stride: number, weights: number, pairs: number, bytes: number, to: number): void;
  weigh_pixels(line: number, firsts: number, weights: number, pairs: number, count: number, to: number): void;
}

/** A part of a picture, in pixels, which may be fractions. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Bytes that may be read or written behind a line. */
const SLACK = 64;

const memory = ownMemory();
const functions = functionsOf(new URL("./resample.wasm", import.meta.url), { room: { memory } }) as Functions;

/** The picture that lies in memory. */
let loaded: Pixels | undefined;

/**
 * Scales a part of a picture to a size, pixel centres to pixel centres, and takes in every pixel of what it makes smaller, as Pillow does; to
 * half a level, as nothing is rounded between. libvips is as good where pictures shrink, but takes longer to begin than a small picture
 * takes as a whole, and lays pictures half a pixel off as soon as one side grows.
 *
 * @param area within the picture
 * @returns RGB, 0..255, shape (height, width, 3)
 */
export function resample(
  picture: Pixels,
  area: Area,
  { width, height }: { width: number; height: number },
  kernel: Kernel,
): Pixels {
  const columns = tapsOf({ start: area.left, length: area.width, end: picture.width }, width, kernel);
  const lines = tapsOf({ start: area.top, length: area.height, end: picture.height }, height, kernel);
  const [first, end] = neighboursOf(columns, picture.width);
  const stride = 3 * picture.width;
  const { picture: source, ...at } = placesFor(picture, columns, lines, 3 * width * height);
  const bytes = new Uint8Array(memory.buffer);
  if (loaded !== picture) bytes.set(picture.data, source);
  loaded = picture;
  bytes.set(bytesOf(lines.weights), at.lineWeights);
  bytes.set(bytesOf(columns.weights), at.columnWeights);
  // a neighbour is three numbers of two bytes
  bytes.set(bytesOf(columns.firsts.map((column) => 6 * (column - first))), at.firsts);
  for (let y = 0; y < height; y++) {
    const line = source + lines.firsts[y] * stride + 3 * first;
    const lineWeights = at.lineWeights + 4 * y * lines.pairs;
    functions.weigh_lines(line, stride, lineWeights, lines.pairs, 3 * (end - first), at.line);
    const to = at.scaled + 3 * y * width;
    functions.weigh_pixels(at.line, at.firsts, at.columnWeights, columns.pairs, width, to);
  }
  return { width, height, data: bytes.slice(at.scaled, at.scaled + 3 * width * height) };
}

/** The columns that have a share in the scaled picture; half open. */
function neighboursOf({ firsts, pairs }: Taps, columns: number): [number, number] {
  return [firsts[0], Math.min(columns, firsts[firsts.length - 1] + 2 * pairs)];
}

/** Where everything lies; the picture first, so that it stays where it was. */
function placesFor(picture: Pixels, columns: Taps, lines: Taps, scaledBytes: number) {
  let end = 0;
  const take = (size: number) => {
    const address = end;
    end = Math.ceil((address + size + SLACK) / 16) * 16;
    return address;
  };
  // lines that are weighed with zero lie behind the last
  const beyond = 3 * picture.width * 2 * lines.pairs;
  const places = {
    picture: take(picture.data.length + beyond),
    line: take(6 * (picture.width + 2 * columns.pairs)),
    lineWeights: take(lines.weights.byteLength),
    columnWeights: take(columns.weights.byteLength),
    firsts: take(columns.firsts.byteLength),
    scaled: take(scaledBytes),
  };
  growTo(memory, end);
  return places;
}

function bytesOf({ buffer, byteOffset, byteLength }: Int16Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
