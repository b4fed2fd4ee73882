import type { PairList } from "#data/pair-list.ts";

/** As `Neighbours` in src/candidates has it. */
export interface NeighbourLists {
  readonly starts: Uint32Array;
  readonly images: Uint32Array;
  readonly distances: Float64Array;
}

/** From which image to which, entry by entry. */
interface Entries {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly distances: Float64Array;
}

/**
 * The neighbours of each image, in ascending order. Of several pairs of two images the closest stays, and none of an image with itself.
 *
 * @param pairs of vectors, in lists that are let go of one by one
 * @param imageOf image of each vector
 */
export function neighbourLists(pairs: PairList[], imageOf: Uint32Array, imageCount: number): NeighbourLists {
  const both = bothWays(pairs, imageOf);
  // ordered by the one, then, keeping that order, by the other
  return withoutRepeats(ordered(ordered(both, "to", imageCount), "from", imageCount), imageCount);
}

function bothWays(pairs: PairList[], imageOf: Uint32Array): Entries {
  const count = 2 * pairs.reduce((sum, list) => sum + list.count, 0);
  const entries = { from: new Uint32Array(count), to: new Uint32Array(count), distances: new Float64Array(count) };
  let at = 0;
  for (let list = pairs.pop(); list; list = pairs.pop()) {
    for (let i = 0; i < list.count; i++) {
      const [a, b] = [imageOf[list.left[i]], imageOf[list.right[i]]];
      if (a === b) continue;
      [entries.from[at], entries.to[at], entries.distances[at++]] = [a, b, list.distance[i]];
      [entries.from[at], entries.to[at], entries.distances[at++]] = [b, a, list.distance[i]];
    }
  }
  const { from, to, distances } = entries;
  return { from: from.subarray(0, at), to: to.subarray(0, at), distances: distances.subarray(0, at) };
}

/** Counting sort: entries with the same key stay in their order. */
function ordered(entries: Entries, key: "from" | "to", imageCount: number): Entries {
  const keys = entries[key];
  const places = startsOf(keys, imageCount);
  const [from, to] = [new Uint32Array(keys.length), new Uint32Array(keys.length)];
  const distances = new Float64Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const place = places[keys[i]]++;
    from[place] = entries.from[i];
    to[place] = entries.to[i];
    distances[place] = entries.distances[i];
  }
  return { from, to, distances };
}

/** Where the entries of each image begin, and behind the last. */
function startsOf(keys: Uint32Array, imageCount: number): Uint32Array {
  const starts = new Uint32Array(imageCount + 1);
  for (const key of keys) starts[key + 1]++;
  for (let image = 0; image < imageCount; image++) starts[image + 1] += starts[image];
  return starts;
}

function withoutRepeats({ from, to, distances }: Entries, imageCount: number): NeighbourLists {
  let kept = 0;
  for (let i = 0; i < from.length; i++) {
    if (kept > 0 && from[kept - 1] === from[i] && to[kept - 1] === to[i]) {
      distances[kept - 1] = Math.min(distances[kept - 1], distances[i]);
    } else {
      [from[kept], to[kept], distances[kept]] = [from[i], to[i], distances[i]];
      kept++;
    }
  }
  const images = to.subarray(0, kept);
  return { starts: startsOf(from.subarray(0, kept), imageCount), images, distances: distances.subarray(0, kept) };
}
