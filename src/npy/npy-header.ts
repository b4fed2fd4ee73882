import { PipelineError } from "#base/pipeline-error.ts";

/** The header of a .npy file, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
export interface NpyHeader {
  /** numpy's type string, for example `<f4` or `<U12`; of records, the list of their fields. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the values begin, in bytes. */
  readonly dataOffset: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const ALIGNMENT = 64;

/**
 * Reads the header from the first bytes of a file.
 *
 * @param name names the file in errors
 * @throws PipelineError `artifact` when it is not a .npy file
 */
export function parseNpyHeader(start: Uint8Array, name: string): NpyHeader {
  const problem = (found: string) =>
    new PipelineError("artifact", `Cannot read "${name}" as a .npy file: found ${found}`);
  if (start.length < 12 || MAGIC.some((byte, i) => start[i] !== byte))
    throw problem("other first bytes than \\x93NUMPY");
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const long = start[6] >= 2;
  const textOffset = long ? 12 : 10;
  const dataOffset = textOffset + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  if (dataOffset > start.length) throw problem(`a header of ${dataOffset} bytes in a file of ${start.length}`);
  const text = new TextDecoder("latin1").decode(start.subarray(textOffset, dataOffset));
  const [, plain, fields] = /'descr'\s*:\s*(?:'([^']+)'|(\[[^\]]*\]))/.exec(text) ?? [];
  const descr = plain ?? fields;
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) throw problem(`the header ${text.trim()}`);
  const lengths = shape.split(",").map((length) => length.trim());
  return {
    descr,
    fortranOrder: order === "True",
    shape: lengths.filter((length) => length !== "").map(Number),
    dataOffset,
  };
}

/** A version 1.0 header as numpy writes it: padded with spaces so that the values begin at a multiple of 64 bytes. */
export function formatNpyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const quoted = descr.startsWith("[") ? descr : `'${descr}'`;
  const text = `{'descr': ${quoted}, 'fortran_order': False, 'shape': (${lengths}), }`;
  const unpadded = 10 + text.length + 1;
  const total = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
  const padded = `${text}${" ".repeat(total - unpadded)}\n`;
  const header = new Uint8Array(total);
  header.set([...MAGIC, 1, 0]);
  new DataView(header.buffer).setUint16(8, padded.length, true);
  header.set(new TextEncoder().encode(padded), 10);
  return header;
}
