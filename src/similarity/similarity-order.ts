import { compareUtf8 } from "#base/compare-utf8.ts";
import type { SimilarImage } from "#similarity/similar-images.ts";

/** Nearest first, equally near ones in the order of their ids. */
export function nearestFirst(images: SimilarImage[]): SimilarImage[] {
  return images.sort((a, b) => a.distance - b.distance || compareUtf8(a.objectId, b.objectId));
}

/** Ids in ascending order, and further ones among them. */
export function mergedIds(ids: readonly string[], further: readonly string[]): readonly string[] {
  if (further.length === 0) return ids;
  const sorted = [...further].sort(compareUtf8);
  const merged: string[] = [];
  let next = 0;
  for (const id of ids) {
    while (next < sorted.length && compareUtf8(sorted[next], id) < 0) merged.push(sorted[next++]);
    merged.push(id);
  }
  return [...merged, ...sorted.slice(next)];
}

/** Place of an id among ascending ones; undefined where it is not among them. */
export function rankOf(ids: readonly string[], id: string): number | undefined {
  let [low, high] = [0, ids.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compareUtf8(ids[middle], id);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
