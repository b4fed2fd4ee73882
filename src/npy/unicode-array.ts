import { PipelineError } from "#base/pipeline-error.ts";
import { formatNpyHeader, parseNpyHeader } from "#npy/npy-header.ts";

/**
 * Writes strings as a numpy array of dtype `<U{longest}`, shape (count,): UCS-4 cells padded with NUL. npyjs is not used for
 * text as it counts UTF-16 units, which corrupts everything after the first emoji.
 *
 * @throws PipelineError `artifact` for a string that ends in NUL, which numpy would cut off, or holds half a surrogate pair
 */
export function formatUnicodeArray(strings: readonly string[]): Uint8Array {
  const cells = strings.map((text) => {
    const points = Array.from(text, (character) => character.codePointAt(0) as number);
    if (points.at(-1) === 0 || points.some((point) => point >= 0xd800 && point < 0xe000)) {
      throw new PipelineError(
        "artifact",
        `Cannot store ${JSON.stringify(text)} in a .npy file: it is not Unicode text`,
      );
    }
    return points;
  });
  const width = cells.reduce((longest, points) => Math.max(longest, points.length), 1);
  const header = formatNpyHeader(`<U${width}`, [strings.length]);
  const bytes = new Uint8Array(header.length + strings.length * width * 4);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  for (let i = 0; i < cells.length; i++) {
    const points = cells[i];
    for (let j = 0; j < points.length; j++) view.setUint32((i * width + j) * 4, points[j], true);
  }
  return bytes;
}

/**
 * Reads an array of dtype `<U…` or `>U…`, shape (count,).
 *
 * @param name names the file in errors
 * @throws PipelineError `artifact` for another dtype or shape, too few bytes, or cells that are no code points
 */
export function parseUnicodeArray(bytes: Uint8Array, name: string): string[] {
  const { descr, shape, dataOffset } = parseNpyHeader(bytes, name);
  const type = /^([<>])U(\d+)$/.exec(descr);
  if (!type || shape.length !== 1) {
    throw new PipelineError(
      "artifact",
      `Cannot read "${name}": expected text of dtype "<U…" and shape (rows,), found dtype "${descr}" and shape (${shape.join(", ")})`,
    );
  }
  const width = Number(type[2]);
  const [count] = shape;
  const expected = dataOffset + count * width * 4;
  if (bytes.length < expected) {
    throw new PipelineError("artifact", `Cannot read "${name}": expected ${expected} bytes, found ${bytes.length}`);
  }
  const cells = { bytes: Buffer.from(bytes.buffer, bytes.byteOffset + dataOffset, count * width * 4), count, width };
  return type[1] === "<" && isPlain(cells) ? plainStrings(cells) : strings(cells, type[1] === "<", name);
}

/** Strings side by side, each in a cell of so many code points of four bytes, filled up with NUL. */
interface Cells {
  readonly bytes: Buffer;
  readonly count: number;
  readonly width: number;
}

/** Whether all code points are below 256, little-endian. */
function isPlain({ bytes }: Cells): boolean {
  for (let at = 0; at < bytes.length; at += 4)
    if (bytes[at + 1] !== 0 || bytes[at + 2] !== 0 || bytes[at + 3] !== 0) return false;
  return true;
}

/** Most ids are plain, and read at a tenth of the time as one long text. */
function plainStrings({ bytes, count, width }: Cells): string[] {
  const points = Buffer.alloc(count * width);
  for (let i = 0; i < points.length; i++) points[i] = bytes[4 * i];
  return Array.from({ length: count }, (_, i) => {
    const first = i * width;
    let end = first + width;
    while (end > first && points[end - 1] === 0) end--;
    return points.toString("latin1", first, end);
  });
}

function strings({ bytes, count, width }: Cells, littleEndian: boolean, name: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: count }, (_, i) => readCell(view, i * width, width, littleEndian, name));
}

function readCell(view: DataView, first: number, width: number, littleEndian: boolean, name: string): string {
  let length = width;
  while (length > 0 && view.getUint32((first + length - 1) * 4, littleEndian) === 0) length--;
  let text = "";
  for (let j = 0; j < length; j++) {
    const point = view.getUint32((first + j) * 4, littleEndian);
    if (point > 0x10ffff) {
      throw new PipelineError("artifact", `Cannot read "${name}": found ${point} where a Unicode code point belongs`);
    }
    text += String.fromCodePoint(point);
  }
  return text;
}
