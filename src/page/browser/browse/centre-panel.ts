import type { Decision } from "#data/decision.ts";
import { byId, element } from "../elements.ts";
import { sizeLine } from "../group-section.ts";
import { choiceButton, ImageCard, pressChosen } from "../image-card.ts";
import { countText, numberOf } from "../number-text.ts";
import type { Review } from "../review.ts";
import { pathParts } from "../visible-text.ts";
import type { Centre } from "./centre.ts";
import { LARGE_WIDTH, type ReviewedImage, type ServedData } from "./served-data.ts";

/** What is known of the image in the middle, and the buttons that decide on it where the reports have it. */
export class CentrePanel {
  readonly #data: ServedData;
  readonly #review: Review;
  readonly #choices = byId("centre-choices", HTMLElement);
  #centre: Centre | undefined;
  #reviewed: ReviewedImage | undefined;

  constructor(data: ServedData, review: Review) {
    this.#data = data;
    this.#review = review;
    this.#choices.addEventListener("click", ({ target }) => {
      if (target instanceof HTMLButtonElement) this.decide(target.dataset.action as Decision);
    });
  }

  show(centre: Centre): void {
    this.#centre = centre;
    this.#reviewed = undefined;
    const [folders, name] = pathParts(centre.name);
    byId("centre-picture", HTMLElement).replaceChildren(openLink(centre, name));
    byId("centre-name", HTMLElement).replaceChildren(
      element("span", { class: "folders" }, folders),
      element("span", { class: "name" }, name),
    );
    this.sayFacts(
      centre.objectId === undefined
        ? "A picture of yours. It is not added to the index, and a link to it works in this tab alone."
        : "",
    );
    this.#choices.replaceChildren();
    byId("centre-group", HTMLElement).replaceChildren();
    this.refresh();
  }

  /** What the server knows, where the reports know nothing. */
  sayFacts(facts: string): void {
    byId("centre-facts", HTMLElement).textContent = facts || "\u00a0";
  }

  /** Whether the reports tell its size. */
  get isReviewed(): boolean {
    return this.#reviewed !== undefined;
  }

  /** Shows what is decided now; what the reports say of it may have been read meanwhile. */
  refresh(): void {
    const { objectId } = this.#centre ?? {};
    if (objectId === undefined) return;
    if (!this.#reviewed) this.#show(this.#data.reviewed(objectId));
    if (!this.#reviewed) return;
    const { decision } = this.#review.marks.of(this.#reviewed.content.image);
    pressChosen(this.#choices.querySelectorAll("button"), decision);
    byId("centre-picture", HTMLElement).dataset.decision = decision;
  }

  /** Decides on the image in the middle, or clears; false where the reports do not have it. */
  decide(decision: Decision | ""): boolean {
    if (!this.#reviewed) return false;
    const card = new ImageCard(this.#reviewed.content);
    if (decision === "") this.#review.reviewer.clear(card);
    else this.#review.reviewer.toggle(card, decision);
    return true;
  }

  #show(reviewed: ReviewedImage | undefined): void {
    this.#reviewed = reviewed;
    byId("centre-picture", HTMLElement).dataset.decision = "";
    if (!reviewed) return;
    const { content, group } = reviewed;
    this.sayFacts(sizeLine(content.image as unknown as Parameters<typeof sizeLine>[0]));
    this.#choices.replaceChildren(...content.decisions.map(choiceButton));
    byId("centre-group", HTMLElement).replaceChildren(
      content.kind === "candidate" ? `Candidate ${content.title.toLowerCase()}` : content.title,
      ...(group ? [" of ", this.#groupLink(reviewed)] : []),
    );
  }

  #groupLink({ group, content }: ReviewedImage): HTMLElement {
    const place = group?.place ?? 0;
    const size = numberOf(group?.group.members.length ?? 0, "image");
    const link = element("a", { href: "#groups" }, `group ${countText(place + 1)}, ${size}`);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      void this.#review.showGroup(place, content.image.path);
    });
    return link;
  }
}

/** The picture, as a link to the whole file. */
function openLink({ file, picture }: Centre, name: string): HTMLElement {
  const attributes = { href: file, class: "large-picture", target: "_blank", rel: "noopener" };
  const image = element("img", { src: picture(LARGE_WIDTH), alt: `Open ${name}` });
  const link = element("a", attributes, image);
  image.addEventListener("error", () =>
    link.replaceChildren(element("span", { class: "no-picture" }, `No picture of ${name}`)),
  );
  return link;
}
