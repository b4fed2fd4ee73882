import type { Choice, ChoosingOrder } from "#candidates/choice.ts";
import { choose } from "#candidates/choose.ts";
import { farOut } from "#candidates/far-out.ts";
import { FarthestFirst, nearestToMean } from "#candidates/farthest-first.ts";
import { InLine, type LineImage } from "#candidates/in-line.ts";
import type { Quotas } from "#candidates/quotas.ts";
import { Representative } from "#candidates/representative.ts";
import type { ImageVectors } from "#data/image-vectors.ts";
import type { Searcher } from "#search/searcher.ts";
import type { Settings } from "#settings/settings.ts";

export interface ChoosingRules {
  /** Images that have no label, and those that have one. */
  readonly vectors: ImageVectors;
  readonly labeled: ImageVectors | undefined;
  /** Plain L2 from each image to its nearest labeled one; undefined when nothing is labeled. */
  readonly toLabeled: Float64Array | undefined;
  /** Whether an image is far enough from every labeled one. */
  readonly isUnlike: (image: number) => boolean;
  /** Images that an earlier run chose, in its order: they come first. */
  readonly line: readonly LineImage[];
  readonly quotas: Quotas;
  /** Without labels, farthest-first order begins with one of these. */
  readonly firstAmong: readonly number[];
  /** Whether the picture of an image is blank, or cannot be read any more. */
  readonly showsNothing: (image: number) => Promise<boolean>;
  readonly searcher: Searcher;
  /** Learns how far the search for neighbours is. */
  readonly onNeighbours: (done: number, total: number) => void;
  readonly count: number;
  readonly rules: Settings["select"];
}

/**
 * Chooses images in the order that the rules name. Outliers, which are far out of all others or show nothing, come last or not at all; until
 * it is their turn they neither have to be covered nor to be represented.
 */
export async function* choicesByRules(choosing: ChoosingRules): AsyncGenerator<Choice> {
  const { vectors, toLabeled, isUnlike, line, quotas, searcher, count, rules, showsNothing } = choosing;
  const keepsOutliers = rules.outliers === "keep";
  const outliers = new Set(keepsOutliers ? [] : farOut(await searcher.isolation(vectors)));
  const counts = (image: number) => quotas.allow(image) && !outliers.has(image);
  const coverage = searcher.coverage(vectors, { counts, isOpen: isUnlike, toLabeled });
  const isOpen = (image: number) => counts(image) && isUnlike(image);
  const stopRadius = rules.stopRadius ?? 0;
  const filledBy = (image: number) => quotas.take(image);
  const isOdd = async (image: number) => {
    const isOutlier = await showsNothing(image);
    if (isOutlier) outliers.add(image);
    return isOutlier;
  };
  const kept = line.filter(({ row }) => isOpen(row));
  const order = new InLine(kept, async () => {
    if (rules.order === "represent") return representative(choosing, counts, isOpen);
    const isFirst = !toLabeled && kept.length === 0;
    return new FarthestFirst(coverage, isFirst ? nearestToMean(vectors, choosing.firstAmong.filter(isOpen)) : -1);
  });
  let chosen = 0;
  const among = { count, stopRadius, filledBy, isOdd: keepsOutliers ? undefined : isOdd };
  for await (const choice of choose(order, coverage, among)) {
    chosen++;
    yield choice;
  }
  if (rules.outliers !== "last" || chosen === count || (await coverage.radius()) < stopRadius) return;
  coverage.turnTo([...outliers].sort((a, b) => a - b).filter((image) => quotas.allow(image)));
  const keptOutliers = line.filter(({ row }) => outliers.has(row) && quotas.allow(row) && isUnlike(row));
  // others have been chosen before them now
  const last = new InLine(
    keptOutliers.map(({ row }) => ({ row, nearestChosen: undefined })),
    async () => new FarthestFirst(coverage),
  );
  yield* choose(last, coverage, { count: count - chosen, stopRadius, filledBy });
}

async function representative(
  { searcher, vectors, labeled, onNeighbours }: ChoosingRules,
  counts: (image: number) => boolean,
  isOpen: (image: number) => boolean,
): Promise<ChoosingOrder> {
  const { neighbours, toLabeled } = await searcher.likeness(vectors, labeled, onNeighbours);
  return new Representative(neighbours, toLabeled, { counts, isOpen });
}
