/** Tukey's outer fence: so many times the distance between the quartiles beyond the third. */
const BEYOND_QUARTILE = 3;

/**
 * Images that are unlike everything, and so most often broken or of another kind: their distances to their neighbours are far out
 * (Tukey, Exploratory Data Analysis, 1977) of what is usual for all.
 *
 * @param isolation how far each image is from its neighbours
 */
export function farOut(isolation: Float32Array): number[] {
  const sorted = isolation.slice().sort();
  const quartile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  const fence = quartile(0.75) + BEYOND_QUARTILE * (quartile(0.75) - quartile(0.25));
  // where all are equally far, none is
  return [...isolation.keys()].filter((image) => isolation[image] > fence * (1 + 1e-6));
}
