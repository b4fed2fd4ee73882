import { type ImageVectors, vectorsByImage } from "#data/image-vectors.ts";
import { ImageBlock } from "#search/image-block.ts";

/**
 * Plain L2 from each image of one set to all images of another, by their closest vectors. Exact, like `closestDistances`.
 *
 * @yields for each left image: float64, shape (right images,); overwritten by the next one
 */
export function* imageDistances(left: ImageVectors, right: ImageVectors): Generator<Float64Array> {
  const block = new ImageBlock(right, vectorsByImage(right), 0, right.imageCount);
  const { values, dim } = left.matrix;
  for (const [image, vectors] of vectorsByImage(left).entries()) {
    block.forget();
    for (const vector of vectors) block.compare(values.subarray(vector * dim, (vector + 1) * dim), image);
    yield block.distances();
  }
}
