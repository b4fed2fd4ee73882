import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";

export interface RadiusRequest {
  /** All vectors of some images, those of an image by their numbers in `imageOf`, which count from 0; unit length. */
  readonly sample: FeatureMatrix;
  readonly imageOf: Uint32Array;
  /** Share of the pairs of images that are to be within the radius. */
  readonly share: number;
}

/** The distance within which that share of a sample's pairs of images lies; Infinity where that is all of them. */
export async function neighbourRadius(product: MatrixProduct, request: RadiusRequest): Promise<number> {
  const { sample, imageOf, share } = request;
  const { values, rowCount, dim } = sample;
  const products = await product.multiply(values, values, dim);
  const imageCount = imageOf.reduce((most, image) => Math.max(most, image + 1), 0);
  const nearest = new Float32Array(imageCount * imageCount).fill(Number.POSITIVE_INFINITY);
  for (let a = 0; a < rowCount; a++) {
    for (let b = 0; b < rowCount; b++) {
      const squared = products[a * rowCount + a] + products[b * rowCount + b] - 2 * products[a * rowCount + b];
      const pair = imageOf[a] * imageCount + imageOf[b];
      if (squared < nearest[pair]) nearest[pair] = squared;
    }
  }
  const pairs = (imageCount * (imageCount - 1)) / 2;
  const squared = new Float32Array(pairs);
  let at = 0;
  for (let a = 0; a < imageCount; a++) for (let b = 0; b < a; b++) squared[at++] = nearest[a * imageCount + b];
  squared.sort();
  const place = Math.floor(share * pairs);
  return place < pairs ? Math.sqrt(Math.max(0, squared[place])) : Number.POSITIVE_INFINITY;
}
