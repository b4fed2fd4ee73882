import { CANDIDATES_PER_PAGE } from "#page/page-blocks.ts";
import type { PageCandidate } from "#page/page-content.ts";
import type { CardPictures } from "./card-pictures.ts";
import { element } from "./elements.ts";
import { sizeLine } from "./group-section.ts";
import { type CardContent, ImageCard } from "./image-card.ts";
import type { Marks } from "./marks.ts";
import { distanceText, numberOf } from "./number-text.ts";
import type { ShownItem } from "./shown-item.ts";

/** A candidate of the gallery. */
export class CandidateItem implements ShownItem {
  readonly element: HTMLElement;
  readonly cards: readonly ImageCard[];
  readonly #candidate: PageCandidate;
  readonly #pictures: CardPictures;

  constructor(candidate: PageCandidate, pictures: CardPictures, marks: Marks) {
    this.#candidate = candidate;
    this.#pictures = pictures;
    const card = new ImageCard(candidateContent(candidate), pictures.linksOf(candidate.path));
    this.cards = [card];
    this.element = element("li", {}, card.element);
    this.refresh(marks);
  }

  refresh(marks: Marks): void {
    this.cards[0].refresh(marks);
  }

  async showPictures(): Promise<void> {
    const place = this.#candidate.rank - 1;
    const addresses = await this.#pictures.ofCandidates(Math.floor(place / CANDIDATES_PER_PAGE));
    this.cards[0].showPicture(
      addresses[place % CANDIDATES_PER_PAGE],
      "No thumbnail: the report has reached its bound.",
    );
  }
}

/** What the card of a candidate shows. */
export function candidateContent(candidate: PageCandidate): CardContent {
  const { rank, nearest_labeled_distance, nearest_chosen_distance, coverage_radius, group_size } = candidate;
  const lines = [
    nearest_labeled_distance === null ? "" : `${distanceText(nearest_labeled_distance)} to anything labeled`,
    nearest_chosen_distance === null ? "" : `${distanceText(nearest_chosen_distance)} to better candidates`,
    `coverage radius ${distanceText(coverage_radius)}`,
    group_size > 1 ? `stands for ${numberOf(group_size, "image")} of its group` : "",
    sizeLine(candidate),
  ];
  return {
    image: candidate,
    kind: "candidate",
    title: `No. ${rank}`,
    tags: [],
    meaning: "",
    lines: lines.filter((line) => line !== ""),
    decisions: ["keep", "drop"],
    refusalOf: (decision) =>
      decision === "not-duplicate" ? "A candidate is beside no keeper: keep it or drop it." : undefined,
  };
}
