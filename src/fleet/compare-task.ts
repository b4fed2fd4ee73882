import type { Checksum } from "#artifacts/checksum.ts";
import { sha256 } from "#base/fingerprint.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { type JsonValue, packArrays, unpackArrays } from "#fleet/packed-arrays.ts";
import type { ComparedBlocks } from "#search/block-comparison.ts";

/** What a task asks for whose result are the pairs of two blocks of shards, or of one. */
export interface CompareSpecification {
  readonly search: SharedSearch;
  readonly left: readonly SharedShard[];
  /** Null where shards are compared with each other. */
  readonly right: readonly SharedShard[] | null;
}

/** What all comparisons of a search have in common. */
export interface SharedSearch {
  /** Key of the fitted sketch; it ends with the hash of its bytes. */
  readonly sketch: string;
  /** Plain L2, inclusive. */
  readonly threshold: number;
  readonly blockRows: number;
  readonly maxPairs: number;
  readonly dim: number;
}

/** Vectors of a shard, and which of them take part. */
export interface SharedShard {
  readonly number: number;
  readonly firstRow: number;
  /** SHA-256 of the vectors: of pictures and of their views that differ. */
  readonly sha256: string;
  /** How many there are. */
  readonly vectors: number;
  /** A bit for each of them, base64, lowest first; null where all take part. */
  readonly rows: string | null;
  /** Images in the files below. */
  readonly rowCount: number;
  readonly features: SharedRows;
  readonly views: (SharedRows & { readonly perImage: number }) | null;
}

/** Rows in a .npy file. */
interface SharedRows {
  readonly reference: string;
  readonly dataOffset: number;
  readonly firstRowInFile: number;
  readonly checksum: Checksum | null;
}

/** SHA-256 of the numbers of vectors, as a shard names them and a worker finds them. */
export function vectorsHash({ values }: FeatureMatrix): string {
  return sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** @param count of all vectors */
export function packRows(rows: Uint32Array, count: number): string | null {
  if (rows.length === count) return null;
  const bits = new Uint8Array(Math.ceil(count / 8));
  for (const row of rows) bits[row >> 3] |= 1 << (row & 7);
  return Buffer.from(bits).toString("base64");
}

/** Ascending. */
export function unpackRows(packed: string | null, count: number): Uint32Array {
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  if (packed === null) return all;
  const bits = Buffer.from(packed, "base64");
  return all.filter((row) => (bits[row >> 3] & (1 << (row & 7))) !== 0);
}

/** The result of a task as it lies in storage. */
export function packCompared({ pairs, skippedByBlock, refined }: ComparedBlocks): Uint8Array {
  const { left, right, distance } = pairs;
  return packArrays({ skippedByBlock, refined } as JsonValue, { left, right, distance });
}

/** @throws PipelineError `artifact` where it is not what was packed */
export function unpackCompared(bytes: Uint8Array, what: string): ComparedBlocks {
  const { header, arrays } = unpackArrays(bytes, what);
  const { skippedByBlock, refined } = header as unknown as Omit<ComparedBlocks, "pairs">;
  const [left, right] = [arrays.left as Uint32Array, arrays.right as Uint32Array];
  return {
    pairs: { left, right, distance: arrays.distance as Float64Array, count: left.length },
    skippedByBlock,
    refined,
  };
}
