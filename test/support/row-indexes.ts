import { openSync, writeFileSync } from "node:fs";
import { type FeatureMatrix, rowsOf, sharedMatrix } from "#data/feature-matrix.ts";
import type { Metric } from "#data/metric.ts";
import type { RowIndex } from "#search/row-index.ts";
import type { Searcher } from "#search/searcher.ts";
import type { StoredRowsPart } from "#search/stored-rows.ts";

export interface IndexedRows {
  /** Rows of a part; the last may be shorter. */
  readonly shardRows?: number;
  /** Where rows are to lie; undefined for memory. */
  readonly file?: string | undefined;
  readonly metric?: Metric;
  /** False fits a rotation however few rows there are. */
  readonly plain?: boolean;
  readonly count?: number;
  readonly owners?: Uint32Array;
  readonly kinds?: Uint8Array;
}

/** Opens an index of rows in memory or in a file, each of an image of its own unless said otherwise. */
export async function rowIndexOf(
  searcher: Searcher,
  features: FeatureMatrix,
  options: IndexedRows = {},
): Promise<RowIndex> {
  const { shardRows = 100, file, metric = "l2", plain = false, count = 10 } = options;
  const { rowCount } = features;
  const shards: { firstRow: number; matrix: FeatureMatrix }[] = [];
  for (let firstRow = 0; firstRow < rowCount; firstRow += shardRows)
    shards.push({ firstRow, matrix: shared(rowsOf(features, firstRow, Math.min(firstRow + shardRows, rowCount))) });
  const sample = rowCount > 0 ? features : sharedMatrix(1, features.dim);
  const fitted = await searcher.fitRows({ sample: shared(sample), rowCount, count, plain, metric });
  const encoded = await Promise.all(
    shards.map(async ({ firstRow, matrix }) => ({ firstRow, levels: await searcher.encodeRows(matrix, fitted) })),
  );
  const kinds = new Uint8Array(new SharedArrayBuffer(rowCount)).fill(1);
  if (options.kinds) kinds.set(options.kinds);
  const owners = options.owners ?? Uint32Array.from({ length: rowCount }, (_, row) => row);
  const stored = shards.map(({ firstRow, matrix }) => storedPart(matrix, firstRow, file));
  return searcher.rowIndex({ fitted, encoded, stored, owners, kinds });
}

function storedPart(matrix: FeatureMatrix, first: number, file: string | undefined): StoredRowsPart {
  const { rowCount, values } = matrix;
  if (file === undefined) return { first, rowCount, rows: { values } };
  const path = `${file}.${first}`;
  writeFileSync(path, Buffer.concat([Buffer.alloc(64), new Uint8Array(values.slice().buffer)]));
  return { first, rowCount, rows: { descriptor: openSync(path, "r"), offset: 64 } };
}

function shared(matrix: FeatureMatrix): FeatureMatrix {
  const own = sharedMatrix(matrix.rowCount, matrix.dim);
  own.values.set(matrix.values.subarray(0, own.values.length));
  return own;
}
