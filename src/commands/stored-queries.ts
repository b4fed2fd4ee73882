import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import { type FeatureMatrix, sharedMatrix } from "#data/feature-matrix.ts";
import { vectorsByImage } from "#data/image-vectors.ts";

const SHARD_ROWS = 10_000;

/**
 * The rows of a folder of features, to be asked one after the other; rows without an id are passed over.
 *
 * @throws PipelineError `artifact` when a file is misshapen, `input` when its rows are of another dim than the index
 */
export async function* storedQueries(
  folder: string,
  dim: number,
): AsyncGenerator<{ objectId: string; vectors: FeatureMatrix }> {
  const found = await openNpyFolder(folder, SHARD_ROWS);
  if (found.dim !== dim) {
    const expected = `expected ${dim} as the index has`;
    throw new PipelineError(
      "input",
      `Cannot search for the rows of "${folder}": found ${found.dim} features, ${expected}`,
    );
  }
  const store = new ShardStore(dim, found.parts);
  for (let number = 0; number < store.shardCount; number++) {
    const { firstRow, vectors } = await store.readShard(number);
    for (const [i, own] of vectorsByImage(vectors).entries()) {
      const objectId = found.ids[firstRow + i];
      if (objectId === "") continue;
      const matrix = sharedMatrix(own.length, dim);
      for (const [place, vector] of own.entries())
        matrix.values.set(vectors.matrix.values.subarray(vector * dim, (vector + 1) * dim), place * dim);
      yield { objectId, vectors: matrix };
    }
  }
}
