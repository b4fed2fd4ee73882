import { PipelineError } from "#base/pipeline-error.ts";
import type { PairList } from "#data/pair-list.ts";
import { formatNpyHeader, parseNpyHeader } from "#npy/npy-header.ts";

/** A pair as numpy knows it: 16 bytes, rows of the index and their plain L2 distance. */
const DESCR = "[('left', '<u4'), ('right', '<u4'), ('distance', '<f8')]";
const PAIR_BYTES = 16;

/** Writes pairs as a numpy array of records, shape (pairs,). */
export function formatPairArray({ left, right, distance, count }: PairList): Uint8Array {
  const header = formatNpyHeader(DESCR, [count]);
  const bytes = new Uint8Array(header.length + count * PAIR_BYTES);
  bytes.set(header);
  // headers end at a multiple of 64 bytes, so records lie as typed arrays want them
  const rows = new Uint32Array(bytes.buffer, header.length, count * 4);
  const distances = new Float64Array(bytes.buffer, header.length, count * 2);
  for (let i = 0; i < count; i++) {
    rows[4 * i] = left[i];
    rows[4 * i + 1] = right[i];
    distances[2 * i + 1] = distance[i];
  }
  return bytes;
}

/**
 * Reads what `formatPairArray` wrote.
 *
 * @param name names the file in errors
 * @throws PipelineError `artifact` for another dtype, shape or length
 */
export function parsePairArray(bytes: Uint8Array, name: string): PairList {
  const { descr, shape, dataOffset } = parseNpyHeader(bytes, name);
  const [count] = shape;
  const expected = dataOffset + count * PAIR_BYTES;
  if (descr !== DESCR || shape.length !== 1 || bytes.length !== expected) {
    const found = `dtype ${descr}, shape (${shape.join(", ")}) and ${bytes.length} bytes`;
    throw new PipelineError("artifact", `Cannot read "${name}": expected pairs of dtype ${DESCR}, found ${found}`);
  }
  // copied, as typed arrays want an aligned start
  const records = new Uint8Array(bytes.subarray(dataOffset)).buffer;
  const rows = new Uint32Array(records);
  const distances = new Float64Array(records);
  const pairs = {
    left: new Uint32Array(count),
    right: new Uint32Array(count),
    distance: new Float64Array(count),
    count,
  };
  for (let i = 0; i < count; i++) {
    pairs.left[i] = rows[4 * i];
    pairs.right[i] = rows[4 * i + 1];
    pairs.distance[i] = distances[2 * i + 1];
  }
  return pairs;
}
