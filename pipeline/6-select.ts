import type { ShardStore } from "#artifacts/shard-store.ts";
import type { Progress } from "#base/progress.ts";
import type { ChoosingOrder } from "#candidates/choice.ts";
import { choose } from "#candidates/choose.ts";
import { FarthestFirst, nearestToMean } from "#candidates/farthest-first.ts";
import { FolderQuotas } from "#candidates/folder-quotas.ts";
import { Representative } from "#candidates/representative.ts";
import type { Candidate } from "#data/candidate.ts";
import type { Group } from "#data/group.ts";
import type { ImageVectors } from "#data/image-vectors.ts";
import type { RowOrder } from "#data/row-order.ts";
import type { Catalog } from "#reports/catalog.ts";
import type { Searcher } from "#search/searcher.ts";
import type { Settings } from "#settings/settings.ts";

export interface SelectOptions {
  readonly catalog: Catalog;
  readonly store: ShardStore;
  readonly order: RowOrder;
  readonly searcher: Searcher;
  /** A candidate is farther than this from every labeled image; plain L2. */
  readonly dissimilar: number;
  readonly count: number;
  readonly rules: Settings["select"];
  readonly progress: Progress;
}

/**
 * Ranks unlabeled images that are unlike every labeled one, one image a group (its keeper) and none of groups with a labeled
 * member, in the order that the rules name. Rows are ranks.
 */
export async function* select(groups: readonly Group[], options: SelectOptions): AsyncGenerator<Candidate> {
  const { catalog, order, searcher, dissimilar, count, rules, progress } = options;
  const unlabeled = unlabeledRepresentatives(groups, catalog);
  const labeled = [...catalog.labels.keys()].filter((row) => catalog.labels[row] !== undefined);
  const read = (ranks: readonly number[]) =>
    options.store.readVectors(Uint32Array.from(ranks, (rank) => order.rowOfRank[rank]));
  progress.update("select", "picks", 0, Math.min(count, unlabeled.length));
  const vectors = await read(unlabeled);
  const base = labeled.length === 0 ? undefined : await read(labeled);
  const nearest = base && (await searcher.nearestImages(vectors, base));
  const ids = unlabeled.map((rank) => catalog.images[rank].id);
  const quotas = new FolderQuotas(ids, rules.quotas, rules.quotaPerFolder);
  const isUnlike = (image: number) => !nearest || nearest.distance[image] > dissimilar;
  const counts = (image: number) => quotas.allow(image);
  const standing = { counts, isOpen: (image: number) => isUnlike(image) && counts(image) };
  const coverage = searcher.coverage(vectors, { ...standing, toLabeled: nearest?.distance });
  const first = nearest ? -1 : nearestToMean(vectors, drawnByContent(unlabeled, catalog).filter(standing.isOpen));
  const chosen = choose(
    rules.order === "spread"
      ? new FarthestFirst(coverage, first)
      : await representative(searcher, vectors, base, standing),
    coverage,
    { count, stopRadius: rules.stopRadius ?? 0, filledBy: (image) => quotas.take(image) },
  );
  let rank = 0;
  for await (const { row, nearestChosen, coverageRadius } of chosen) {
    yield {
      rank: ++rank,
      row: unlabeled[row],
      nearestLabeled: nearest && { row: labeled[nearest.row[row]], distance: nearest.distance[row] },
      nearestChosen: nearestChosen && { row: unlabeled[nearestChosen.row], distance: nearestChosen.distance },
      coverageRadius,
    };
    progress.update("select", "picks", rank);
    await new Promise(setImmediate); // a pick can take a while: let signals and the display through
  }
  progress.finish("select");
}

/** What is known of images before any is chosen; see `CoverageOptions`. */
interface Standing {
  readonly counts: (image: number) => boolean;
  readonly isOpen: (image: number) => boolean;
}

async function representative(
  searcher: Searcher,
  vectors: ImageVectors,
  labeled: ImageVectors | undefined,
  standing: Standing,
): Promise<ChoosingOrder> {
  const { neighbours, toLabeled } = await searcher.likeness(vectors, labeled);
  return new Representative(neighbours, toLabeled, standing);
}

/** The first choice decides about all that follow: of so few, a few new images seldom change it, and choices stay from night to night. */
const FIRST_AMONG = 8;

/** Numbers of a few images that are drawn by what is in them: those of the smallest SHA-256, by the smaller rank where they are equal. */
function drawnByContent(ranks: readonly number[], { images }: Catalog): number[] {
  const hashOf = (i: number) => images[ranks[i]].sha256;
  const drawn: number[] = [];
  for (const i of ranks.keys()) {
    const place = drawn.findIndex((other) => hashOf(i) < hashOf(other));
    if (place >= 0) drawn.splice(place, 0, i);
    else if (drawn.length < FIRST_AMONG) drawn.push(i);
    if (drawn.length > FIRST_AMONG) drawn.pop();
  }
  return drawn.sort((a, b) => a - b);
}

/** The keeper of each group without a label, and each unlabeled image in no group, in id order; none that a person does not want. */
function unlabeledRepresentatives(groups: readonly Group[], { images, labels, decisions }: Catalog): number[] {
  const passedOver = new Uint8Array(images.length);
  for (const { members } of groups) {
    const hasLabel = members.some(({ row }) => labels[row] !== undefined);
    for (const [i, { row }] of members.entries()) if (hasLabel || i > 0) passedOver[row] = 1;
  }
  const isOpen = (row: number) => labels[row] === undefined && decisions[row]?.decision !== "drop";
  return [...images.keys()].filter((row) => passedOver[row] === 0 && isOpen(row));
}
