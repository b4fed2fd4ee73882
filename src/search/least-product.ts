import type { SketchedShard } from "#search/lay-out.ts";
import type { Quantiser } from "#search/quantise.ts";

/**
 * No product of a left row with a row in reach is smaller: half of (|x|² − (radius + slack)²), as the right row's own share is in its digits,
 * less what an unusual slack of the left row adds to that.
 *
 * @param row position in the left shard
 * @param columnSlack the largest of the right rows
 */
export function leastProduct(
  left: Pick<SketchedShard, "byteSlacks" | "byteSquares">,
  row: number,
  columnSlack: number,
  { step, usualSlack, radius }: Quantiser,
): number {
  const reach = (radius + left.byteSlacks[row]) / step;
  const unusual = Math.max(0, left.byteSlacks[row] - usualSlack) * columnSlack;
  return (left.byteSquares[row] - reach * reach * (1 + 1e-9)) / 2 - (unusual / (step * step)) * (1 + 1e-9);
}
