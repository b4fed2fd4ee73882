import type { Choice, ChoosingOrder, CoverageState } from "#candidates/choice.ts";

export interface ChooseOptions {
  readonly count: number;
  /** No image is chosen once the coverage radius is below this; plain L2. */
  readonly stopRadius?: number | undefined;
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
  { count, stopRadius = 0, filledBy = () => [] }: ChooseOptions,
): AsyncGenerator<Choice> {
  for (let chosen = 0; chosen < count; chosen++) {
    if (stopRadius > 0 && (await coverage.radius()) < stopRadius) return;
    const row = await order.next();
    if (row < 0) return;
    const nearestChosen = coverage.nearestChosen(row);
    order.take(row);
    coverage.add(row);
    for (const image of filledBy(row)) {
      order.leaveOut(image);
      coverage.leaveOut(image);
    }
    yield { row, nearestChosen, coverageRadius: await coverage.radius() };
  }
}
