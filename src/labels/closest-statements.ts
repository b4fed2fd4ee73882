import type { FoundImage, ImageFinder } from "#labels/image-finder.ts";
import type { LabelSet } from "#labels/label-set.ts";
import type { PassedOver } from "#labels/passed-over.ts";
import { agreed, type Statement } from "#labels/statement.ts";

interface Found {
  readonly statement: Statement;
  readonly image: FoundImage;
  /** Whether another name fits the image as well. */
  readonly isRivalled: boolean;
}

/**
 * What one file says of each image, by row. Where several of its names fit an image, the closest is meant; where others are as close, none
 * is, as each of them may mean an image that is not here.
 *
 * @param ids of the images, by row
 * @throws PipelineError `settings` where the file gives an image two labels
 */
export function closestStatements(
  { file, claims }: LabelSet,
  finder: ImageFinder,
  passedOver: PassedOver,
  ids: readonly string[],
): Map<number, Statement> {
  const closest = new Map<number, Found>();
  for (const claim of claims) {
    const image = finder.find(claim);
    if (image === undefined) passedOver.addUnknown(claim.name);
    else if (image === "several") passedOver.addUnclear(claim.name);
    else {
      const { row } = image;
      const found = { statement: { claim, file }, image, isRivalled: false };
      const rival = closest.get(row);
      closest.set(row, rival ? closerOf(rival, found, passedOver, ids[row]) : found);
    }
  }
  const statements = new Map<number, Statement>();
  for (const [row, { statement, isRivalled }] of closest) {
    if (isRivalled) passedOver.addUnclear(statement.claim.name);
    else statements.set(row, statement);
  }
  return statements;
}

function closerOf(earlier: Found, later: Found, passedOver: PassedOver, id: string): Found {
  const [a, b] = [earlier.image, later.image];
  if (a.parts !== b.parts) {
    const [closer, other] = a.parts > b.parts ? [earlier, later] : [later, earlier];
    passedOver.addUnknown(other.statement.claim.name);
    return closer;
  }
  if (a.parts === Number.POSITIVE_INFINITY || a.name === b.name)
    return { ...earlier, statement: agreed(earlier.statement, later.statement, id) };
  passedOver.addUnclear(later.statement.claim.name);
  return { ...earlier, isRivalled: true };
}
