import type { Choice, ChoosingOrder, CoverageState } from "#candidates/choice.ts";

export interface ChooseOptions {
  readonly count: number;
  /** No image is chosen once the coverage radius is below this; plain L2. */
  readonly stopRadius?: number | undefined;
  /** Whether an image that would be next is passed over. */
  readonly isOdd?: ((image: number) => Promise<boolean>) | undefined;
  /** Names the images that leave because one was chosen, whose quota it has filled. */
  readonly filledBy?: ((image: number) => Iterable<number>) | undefined;
}

/**
 * Chooses images in an order, with the evidence of each choice. A generator, so that whoever asks can show progress and stop.
 *
 * @param coverage knows no choice yet, or those of an earlier order
 */
export async function* choose(
  order: ChoosingOrder,
  coverage: CoverageState,
  { count, stopRadius = 0, isOdd, filledBy = () => [] }: ChooseOptions,
): AsyncGenerator<Choice> {
  const leaveOut = (image: number) => {
    order.leaveOut(image);
    coverage.leaveOut(image);
  };
  for (let chosen = 0; chosen < count; ) {
    if (stopRadius > 0 && (await coverage.radius()) < stopRadius) return;
    const row = await order.next();
    if (row < 0) return;
    if (await isOdd?.(row)) {
      leaveOut(row);
      continue;
    }
    const nearestChosen = order.nearestChosen?.(row) ?? coverage.nearestChosen(row);
    order.take(row);
    coverage.add(row);
    for (const image of filledBy(row)) leaveOut(image);
    chosen++;
    yield { row, nearestChosen, coverageRadius: await coverage.radius() };
  }
}
