import type { ShardStore } from "#artifacts/shard-store.ts";
import type { Progress } from "#base/progress.ts";
import { farthestFirst } from "#candidates/farthest-first.ts";
import type { Candidate } from "#data/candidate.ts";
import type { Group } from "#data/group.ts";
import type { ImageVectors } from "#data/image-vectors.ts";
import type { RowOrder } from "#data/row-order.ts";
import type { Catalog } from "#reports/catalog.ts";
import type { NearestRows } from "#search/nearest-rows.ts";
import { RememberedChoices } from "#search/remembered-choices.ts";
import type { Searcher } from "#search/searcher.ts";
import type { KeptChoices } from "./source.ts";

export interface SelectOptions {
  readonly catalog: Catalog;
  readonly store: ShardStore;
  readonly order: RowOrder;
  readonly searcher: Searcher;
  readonly kept: KeptChoices | undefined;
  /** A candidate is farther than this from every labeled image; plain L2. */
  readonly dissimilar: number;
  readonly count: number;
  readonly progress: Progress;
}

/**
 * Ranks unlabeled images that are unlike every labeled one, one image a group (its keeper) and none of groups with a labeled
 * member, farthest first. Rows are ranks.
 */
export async function* select(groups: readonly Group[], options: SelectOptions): AsyncGenerator<Candidate> {
  const { catalog, order, searcher, dissimilar, count, kept, progress } = options;
  const unlabeled = unlabeledRepresentatives(groups, catalog);
  const labeled = [...catalog.labels.keys()].filter((row) => catalog.labels[row] !== undefined);
  const rowsOf = (ranks: readonly number[]) => Uint32Array.from(ranks, (rank) => order.rowOfRank[rank]);
  const read = (ranks: readonly number[]) => options.store.readVectors(rowsOf(ranks));
  progress.update("select", "picks", 0, Math.min(count, unlabeled.length));
  const vectors = await read(unlabeled);
  const nearest = labeled.length === 0 ? undefined : await nearestImages(searcher, vectors, await read(labeled));
  const toChosen = new RememberedChoices(vectors, rowsOf(unlabeled), await kept?.readChoices());
  let rank = 0;
  for (const choice of farthestFirst(vectors, toChosen, {
    toLabeled: nearest?.distance,
    dissimilar,
    count,
    firstAmong: drawnByContent(unlabeled, catalog),
  })) {
    const { row, nearestChosen, coverageRadius } = choice;
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
  await kept?.writeChoices(toChosen.toHistory());
  progress.finish("select");
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

/** The nearest base image of every image, by their closest vectors. */
async function nearestImages(searcher: Searcher, images: ImageVectors, base: ImageVectors): Promise<NearestRows> {
  const ofVectors = await searcher.nearestRows(images.matrix, base.matrix);
  const row = new Uint32Array(images.imageCount);
  const distance = new Float64Array(images.imageCount).fill(Number.POSITIVE_INFINITY);
  for (const [vector, image] of images.imageOf.entries()) {
    if (ofVectors.distance[vector] >= distance[image]) continue;
    distance[image] = ofVectors.distance[vector];
    row[image] = base.imageOf[ofVectors.row[vector]];
  }
  return { row, distance };
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
