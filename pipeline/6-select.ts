import type { ShardStore } from "#artifacts/shard-store.ts";
import type { Progress } from "#base/progress.ts";
import type { LineImage } from "#candidates/in-line.ts";
import { folderOf, Quotas } from "#candidates/quotas.ts";
import type { Candidate } from "#data/candidate.ts";
import type { Group } from "#data/group.ts";
import { isLabeled } from "#data/label.ts";
import type { RowOrder } from "#data/row-order.ts";
import type { Catalog } from "#reports/catalog.ts";
import type { Searcher } from "#search/searcher.ts";
import type { Settings } from "#settings/settings.ts";
import { choicesByRules } from "./choices-by-rules.ts";

export interface SelectOptions {
  readonly catalog: Catalog;
  readonly store: ShardStore;
  readonly order: RowOrder;
  readonly searcher: Searcher;
  /** A candidate is farther than this from every labeled image; plain L2. */
  readonly dissimilar: number;
  readonly count: number;
  readonly rules: Settings["select"];
  /** Images that the run before proposed, as ranks, in its order: they stay first in line. */
  readonly line: readonly LineImage[];
  /** Whether the picture of a rank is blank, or cannot be read any more. */
  readonly showsNothing: (rank: number) => Promise<boolean>;
  readonly progress: Progress;
}

/**
 * Ranks unlabeled images that are unlike every labeled one, one image a group (its keeper) and none of groups with a labeled
 * member, in the order that the rules name. Rows are ranks.
 */
export async function* select(groups: readonly Group[], options: SelectOptions): AsyncGenerator<Candidate> {
  const { catalog, order, searcher, dissimilar, count, rules, progress } = options;
  const unlabeled = unlabeledRepresentatives(groups, catalog);
  const labeled = [...catalog.labels.keys()].filter((row) => isLabeled(catalog.labels[row]));
  const read = (ranks: readonly number[]) =>
    options.store.readVectors(Uint32Array.from(ranks, (rank) => order.rowOfRank[rank]));
  progress.update("select", "picks", 0, Math.min(count, unlabeled.length));
  const vectors = await read(unlabeled);
  const base = labeled.length === 0 ? undefined : await read(labeled);
  const nearest = base && (await searcher.nearestImages(vectors, base, shown("labeled", "vectors", options)));
  const partOf = (rank: number) =>
    rules.quotaBy === "split" ? (catalog.labels[rank]?.split ?? "") : folderOf(catalog.images[rank].id);
  const isUnlike = (image: number) => !nearest || nearest.distance[image] > dissimilar;
  if (count > 0) noteNothingToRank(unlabeled.length, [...unlabeled.keys()].filter(isUnlike).length, options);
  const chosen = choicesByRules({
    ...{ vectors, labeled: base, toLabeled: nearest?.distance, isUnlike, searcher, count, rules },
    line: lineAmong(options.line, new Map(unlabeled.map((rank, image) => [rank, image]))),
    quotas: new Quotas(unlabeled.map(partOf), rules.quotas, rules.quota),
    firstAmong: drawnByContent(unlabeled, catalog),
    onNeighbours: shown("neighbours", "pairs", options),
    showsNothing: (image) => options.showsNothing(unlabeled[image]),
  });
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

/** @param imageOf number of each rank that may be chosen */
function lineAmong(line: readonly LineImage[], imageOf: ReadonlyMap<number, number>): LineImage[] {
  return line.flatMap(({ row, nearestChosen }) => {
    const image = imageOf.get(row);
    if (image === undefined) return [];
    const nearest = imageOf.get(nearestChosen?.row ?? -1);
    if (!nearestChosen || nearest === undefined) return { row: image, nearestChosen: undefined };
    return { row: image, nearestChosen: { row: nearest, distance: nearestChosen.distance } };
  });
}

/** A stage of its own for a comparison that takes long. */
function shown(stage: string, unit: string, { catalog, progress }: SelectOptions) {
  return (done: number, total: number) => {
    if (catalog.images.length < SHOWN_IMAGES) return;
    progress.update(stage, unit, done, total);
    if (done === total) progress.finish(stage);
  };
}

function noteNothingToRank(unlabeled: number, unlike: number, { catalog, dissimilar, progress }: SelectOptions): void {
  const { length } = catalog.images;
  if (unlabeled === 0) {
    progress.note(`No candidates: each of ${length} images has a label, a copy with a label, or the decision drop`);
  } else if (unlike === 0) {
    const found = `none of ${unlabeled} unlabeled images is farther than ${dissimilar} from every labeled one`;
    progress.note(`No candidates: ${found}; a smaller --dissimilar allows nearer ones`);
  }
}

/** Fewer are compared within a second or two. */
const SHOWN_IMAGES = 20_000;

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
    const hasLabel = members.some(({ row }) => isLabeled(labels[row]));
    for (const [i, { row }] of members.entries()) if (hasLabel || i > 0) passedOver[row] = 1;
  }
  const isOpen = (row: number) => !isLabeled(labels[row]) && decisions[row]?.decision !== "drop";
  return [...images.keys()].filter((row) => passedOver[row] === 0 && isOpen(row));
}
