import type { BlockRange, SketchedShard } from "#search/lay-out.ts";
import { blockRange } from "#search/lay-out.ts";
import type { Quantiser } from "#search/quantise.ts";

/** What tells whether blocks are near each other. */
export type BlockedShard = Pick<SketchedShard, "boxes" | "slacks" | "rowAt" | "blockRows">;

/** Whether no pair of two blocks can be one: their boxes are farther apart than the radius and the largest slacks. */
export function isOutOfReach(
  [left, a]: readonly [BlockedShard, number],
  [right, b]: readonly [BlockedShard, number],
  { radius, numbers }: Quantiser,
): boolean {
  const mostSlack = largest(left.slacks, blockRange(left, a)) + largest(right.slacks, blockRange(right, b));
  return squaredGap(left.boxes, a, right.boxes, b, numbers) > (radius + mostSlack) ** 2 * (1 + 1e-9);
}

/** The largest of some values of rows, 0 at least. */
export function largest(values: Float64Array, { first, end }: Pick<BlockRange, "first" | "end">): number {
  let most = 0;
  for (let i = first; i < end; i++) if (values[i] > most) most = values[i];
  return most;
}

/** Squared distance of the boxes around two blocks: no two of their sketches are nearer. */
function squaredGap(left: Float32Array, a: number, right: Float32Array, b: number, numbers: number): number {
  const leftLow = a * 2 * numbers;
  const rightLow = b * 2 * numbers;
  let sum = 0;
  for (let c = 0; c < numbers; c++) {
    const below = left[leftLow + c] - right[rightLow + numbers + c];
    const above = right[rightLow + c] - left[leftLow + numbers + c];
    const gap = Math.max(below, above, 0);
    sum += gap * gap;
  }
  return sum;
}
