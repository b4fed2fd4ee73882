import type { FoundImage, ImageFinder } from "#labels/image-finder.ts";
import type { LabelSet } from "#labels/label-set.ts";
import type { PassedOver } from "#labels/passed-over.ts";
import { agreed, type Statement } from "#labels/statement.ts";

/** What is said of an image, and how surely of this one; see `FoundImage`. */
interface Found {
  readonly statement: Statement;
  readonly parts: number;
  readonly name: string;
  /** Whether another name fits the image as well. */
  readonly isRivalled: boolean;
}

/**
 * What one file says of each image. Where several of its names fit an image, the closest is meant; where others are as close, none is, as
 * each of them may mean an image that is not here.
 *
 * @param ids of the images, by row
 * @returns by row
 * @throws PipelineError `settings` where the file gives an image two labels
 */
export function closestStatements(
  { file, claims }: LabelSet,
  finder: ImageFinder,
  passedOver: PassedOver,
  ids: readonly string[],
): (Statement | undefined)[] {
  const closest = new Array<Found | undefined>(ids.length).fill(undefined);
  for (const claim of claims) {
    const image = finder.find(claim);
    if (image === undefined) passedOver.addUnknown(claim.name);
    else if (image === "several") passedOver.addUnclear(claim.name);
    else {
      const { row } = image;
      const found = foundBy({ claim, file }, image);
      const rival = closest[row];
      closest[row] = rival ? closerOf(rival, found, passedOver, ids[row]) : found;
    }
  }
  return closest.map((found) => {
    if (!found?.isRivalled) return found?.statement;
    passedOver.addUnclear(found.statement.claim.name);
    return undefined;
  });
}

function foundBy(statement: Statement, { parts, name }: FoundImage): Found {
  return { statement, parts, name, isRivalled: false };
}

function closerOf(earlier: Found, later: Found, passedOver: PassedOver, id: string): Found {
  if (earlier.parts !== later.parts) {
    const [closer, other] = earlier.parts > later.parts ? [earlier, later] : [later, earlier];
    passedOver.addUnknown(other.statement.claim.name);
    return closer;
  }
  if (earlier.parts === Number.POSITIVE_INFINITY || earlier.name === later.name)
    return { ...earlier, statement: agreed(earlier.statement, later.statement, id) };
  passedOver.addUnclear(later.statement.claim.name);
  return { ...earlier, isRivalled: true };
}
