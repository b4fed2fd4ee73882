import type { Decision } from "#data/decision.ts";
import type { PageCandidate, PageMember } from "#page/page-content.ts";
import { byId, element } from "./elements.ts";
import { sizeLine } from "./group-section.ts";
import { choiceButton, type ImageCard, pressChosen } from "./image-card.ts";
import { distanceText } from "./number-text.ts";
import type { Reviewer } from "./reviewer.ts";
import { visibleText } from "./visible-text.ts";
import { MATCH_WORDS } from "./words.ts";

type Fact = readonly [name: string, value: string];

/** All that is known of one image, beside its keeper, with its decision and its note. */
export class DetailsDialog {
  readonly #dialog = byId("details-dialog", HTMLDialogElement);
  readonly #note = byId("details-note", HTMLTextAreaElement);
  readonly #choices = byId("details-choices", HTMLElement);
  readonly #reviewer: Reviewer;
  #card: ImageCard | undefined;

  constructor(reviewer: Reviewer) {
    this.#reviewer = reviewer;
    this.#note.addEventListener("change", () => {
      if (this.#card) reviewer.marks.note(this.#card.content.image, this.#note.value);
    });
    this.#choices.addEventListener("click", ({ target }) => {
      if (!this.#card || !(target instanceof HTMLButtonElement)) return;
      reviewer.toggle(this.#card, target.dataset.action as Decision);
      this.#refreshChoices();
    });
  }

  /** @param keeper the card of the image's keeper; that of the image itself where it is one, or in no group */
  open(card: ImageCard, keeper: ImageCard): void {
    const { image, title, decisions } = card.content;
    this.#card = card;
    this.#note.value = this.#reviewer.marks.of(image).note;
    this.#choices.replaceChildren(...decisions.map(choiceButton));
    this.#refreshChoices();
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

  #refreshChoices(): void {
    if (!this.#card) return;
    const { decision } = this.#reviewer.marks.of(this.#card.content.image);
    pressChosen(this.#choices.querySelectorAll("button"), decision);
  }
}

function largePicture({ largeSource, content }: ImageCard): HTMLElement {
  const picture = largeSource
    ? element("img", { src: largeSource, alt: `Thumbnail of ${visibleText(content.image.path)}` })
    : element("p", { class: "no-picture" }, "No thumbnail");
  return element(
    "figure",
    {},
    element("div", { class: "large-picture" }, picture),
    element("figcaption", {}, content.title),
  );
}

function memberFacts(member: PageMember): Fact[] {
  const { match, link, suggested_label_from: source, suggested_label_distance: apart } = member;
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
    ["Suggested by", source === null ? "" : visibleText(source)],
    ["Distance to that", apart === null ? "" : distanceText(apart)],
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
    ["SHA-256", candidate.sha256],
  ];
}
