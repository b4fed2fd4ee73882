import { type ImageVectors, vectorsByImage } from "#data/image-vectors.ts";
import { ImageBlock, mostVectors } from "#search/image-block.ts";

/**
 * Plain L2 from each image of one set to all images of another, by their closest vectors. Exact, like `closestDistances`.
 *
 * @yields for each left image: float64, shape (right images,); overwritten by the next one
 */
export function* imageDistances(left: ImageVectors, right: ImageVectors): Generator<Float64Array> {
  const ofLeft = vectorsByImage(left);
  const block = new ImageBlock(right, vectorsByImage(right), mostVectors(ofLeft));
  const { values, dim } = left.matrix;
  for (const numbers of ofLeft) {
    block.forget();
    const vectors = numbers.map((vector) => values.subarray(vector * dim, (vector + 1) * dim));
    block.compare(vectors);
    yield block.distances();
  }
}
