import { LRUCache } from "lru-cache";

export type Kernel = "linear" | "cubic" | "lanczos3";

/** How far a kernel reaches, in pixels of the smaller picture. */
const REACH: Readonly<Record<Kernel, number>> = { linear: 1, cubic: 2, lanczos3: 3 };

/** Weight at a distance below the kernel's reach. */
const WEIGHT: Readonly<Record<Kernel, (distance: number) => number>> = {
  linear: (x) => 1 - x,
  // Catmull-Rom
  cubic: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2),
  lanczos3: (x) => (x === 0 ? 1 : (3 * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / 3)) / (Math.PI * x) ** 2),
};

/** Whole numbers that stand for a weight of 1. */
const ONE = 2 ** 14;

/** The side of a picture, or a part of it, that is scaled: `start` and `length` may be fractions of pixels, `end` is the picture's own. */
export interface ScaledSide {
  readonly start: number;
  readonly length: number;
  readonly end: number;
}

/** What the pixels of a new side are made of: pixel `i` of its neighbours from `firsts[i]` on, `2 * pairs` of them. */
export interface Taps {
  readonly firsts: Int32Array;
  /** Of a weight of 1: 2^14; shape (pixels, 2 * pairs). Those of neighbours that the picture does not have are 0. */
  readonly weights: Int16Array;
  readonly pairs: number;
}

// pictures of one source often have the same sides; 5 KB each
const known = new LRUCache<string, Taps>({ max: 1024 });

/** Weights that scale a side to `count` pixels, centres to centres; where it shrinks, the kernel widens with it, as Pillow's does. */
export function tapsOf(side: ScaledSide, count: number, kernel: Kernel): Taps {
  const key = `${side.start} ${side.length} ${side.end} ${count} ${kernel}`;
  const found = known.get(key);
  if (found) return found;
  const taps = newTaps(side, count, kernel);
  known.set(key, taps);
  return taps;
}

function newTaps({ start, length, end }: ScaledSide, count: number, kernel: Kernel): Taps {
  const widening = Math.max(1, length / count);
  const reach = REACH[kernel] * widening;
  const pairs = Math.ceil(Math.min(end, Math.ceil(2 * reach) + 1) / 2);
  const firsts = new Int32Array(count);
  const weights = new Int16Array(count * 2 * pairs);
  const shares = new Float64Array(2 * pairs);
  const weightAt = WEIGHT[kernel];
  for (let place = 0; place < count; place++) {
    const centre = start + ((place + 0.5) * length) / count;
    const first = Math.max(0, Math.round(centre - reach));
    const last = Math.min(end, Math.round(centre + reach), first + 2 * pairs);
    let total = 0;
    for (let i = 0; i < last - first; i++) {
      const distance = Math.abs(first + i + 0.5 - centre) / widening;
      shares[i] = distance < REACH[kernel] ? weightAt(distance) : 0;
      total += shares[i];
    }
    firsts[place] = first;
    writeWhole(shares.subarray(0, last - first), total, weights.subarray(place * 2 * pairs));
  }
  return { firsts, weights, pairs };
}

/** Writes shares as whole numbers whose sum is ONE: each sum of the first ones is rounded, so that no error adds up. */
function writeWhole(shares: Float64Array, total: number, target: Int16Array): void {
  let sum = 0;
  let given = 0;
  for (let i = 0; i < shares.length; i++) {
    sum += shares[i];
    const reached = Math.round((ONE * sum) / total);
    target[i] = reached - given;
    given = reached;
  }
}
