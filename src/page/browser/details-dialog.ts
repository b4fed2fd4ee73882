import type { PageCandidate, PageMember } from "#page/page-content.ts";
import { byId, element } from "./elements.ts";
import { sizeLine } from "./group-section.ts";
import type { ImageCard } from "./image-card.ts";
import type { Markable, Marks } from "./marks.ts";
import { distanceText } from "./number-text.ts";
import { visibleText } from "./visible-text.ts";
import { MATCH_WORDS } from "./words.ts";

type Fact = readonly [name: string, value: string];

/** All that is known of one image, beside its keeper, and its note. */
export class DetailsDialog {
  readonly #dialog = byId("details-dialog", HTMLDialogElement);
  readonly #note = byId("details-note", HTMLTextAreaElement);
  #image: Markable | undefined;

  constructor(marks: Marks) {
    this.#note.addEventListener("change", () => {
      if (this.#image) marks.note(this.#image, this.#note.value);
    });
    this.#marks = marks;
  }

  readonly #marks: Marks;

  /** @param keeper the card of the image's keeper; that of the image itself where it is one, or in no group */
  open(card: ImageCard, keeper: ImageCard): void {
    const { image, title } = card.content;
    this.#image = image;
    this.#note.value = this.#marks.of(image).note;
    byId("details-title", HTMLElement).textContent = title;
    const shown = keeper === card ? [card] : [keeper, card];
    byId("details-pictures", HTMLElement).replaceChildren(...shown.map(largePicture));
    const facts = "role" in image ? memberFacts(image as PageMember) : candidateFacts(image as PageCandidate);
    byId("details-facts", HTMLElement).replaceChildren(
      ...facts
        .filter(([, value]) => value !== "")
        .map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
    );
    this.#dialog.showModal();
  }
}

function largePicture({ source, content }: ImageCard): HTMLElement {
  const picture = source
    ? element("img", { src: source, alt: `Thumbnail of ${visibleText(content.image.path)}` })
    : element("p", { class: "no-picture" }, "No thumbnail");
  return element(
    "figure",
    {},
    element("div", { class: "large-picture" }, picture),
    element("figcaption", {}, content.title),
  );
}

function memberFacts(member: PageMember): Fact[] {
  const { match, link } = member;
  return [
    ["Path", visibleText(member.path)],
    ["Keeper", member.path === member.keep_path ? "" : visibleText(member.keep_path)],
    ["Resembles the keeper", match === "" ? "" : `${MATCH_WORDS[match].name}: ${MATCH_WORDS[match].meaning}`],
    ["Distance to the keeper", match === "" ? "" : distanceText(member.distance_to_keep)],
    ["Linked", link === "chain" ? "only through other members" : link === "direct" ? "to the keeper itself" : ""],
    ["Nearest member", visibleText(member.nearest_path)],
    ["Distance to it", distanceText(member.nearest_distance)],
    ["Size", sizeLine(member)],
    ["Label", visibleText(member.label)],
    ["Suggested label", visibleText(member.suggested_label)],
    ["Split", visibleText(member.split)],
    ["SHA-256", member.sha256],
  ];
}

function candidateFacts(candidate: PageCandidate): Fact[] {
  const { nearest_labeled_distance, nearest_chosen_distance } = candidate;
  return [
    ["Path", visibleText(candidate.path)],
    ["Nearest labeled image", visibleText(candidate.nearest_labeled_path ?? "")],
    ["Distance to it", nearest_labeled_distance === null ? "" : distanceText(nearest_labeled_distance)],
    ["Nearest better candidate", visibleText(candidate.nearest_chosen_path ?? "")],
    ["Distance to that", nearest_chosen_distance === null ? "" : distanceText(nearest_chosen_distance)],
    ["Coverage radius with it", distanceText(candidate.coverage_radius)],
    ["Group", visibleText(candidate.group_id)],
    ["Size", sizeLine(candidate)],
  ];
}
