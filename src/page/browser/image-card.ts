import type { Decision } from "#data/decision.ts";
import type { CardLinks } from "./card-pictures.ts";
import { element, setState } from "./elements.ts";
import type { Markable, Marks } from "./marks.ts";
import { pathParts, visibleText } from "./visible-text.ts";
import { DECISION_WORDS } from "./words.ts";

/** What a card shows and lets a person decide. */
export interface CardContent {
  readonly image: Markable;
  readonly kind: "keeper" | "duplicate" | "reference" | "candidate";
  /** `Keeper`, `No. 3`. */
  readonly title: string;
  /** How it resembles the keeper, or how far it lies from what is labeled. */
  readonly tags: readonly Node[];
  /** Said above the path. */
  readonly meaning: string;
  /** Said below it. */
  readonly lines: readonly string[];
  /** Those that have buttons. */
  readonly decisions: readonly Decision[];
  /** Why a decision cannot be made; undefined where it can. */
  readonly refusalOf: (decision: Decision) => string | undefined;
}

/** An image with its picture, what is known of it, and the buttons that decide on it. */
export class ImageCard {
  readonly element: HTMLElement;
  readonly content: CardContent;
  /** Its thumbnail, once shown. */
  source: string | undefined;
  readonly #large: string | undefined;
  readonly #picture: HTMLButtonElement;
  readonly #buttons: readonly HTMLButtonElement[];
  readonly #state = element("p", { class: "card-state" });
  readonly #note = element("p", { class: "card-note" });

  constructor(content: CardContent, { similar, large }: CardLinks = {}) {
    this.content = content;
    this.#large = large;
    const { image, kind, title, tags, meaning, lines } = content;
    const [folders, name] = pathParts(image.path);
    this.#picture = element("button", {
      type: "button",
      class: "picture",
      "data-action": "details",
      "aria-label": `Details of ${name}`,
    });
    this.#buttons = content.decisions.map(choiceButton);
    this.element = element(
      "article",
      { class: "card", tabindex: "-1", "data-kind": kind, "aria-label": `${title}: ${visibleText(image.path)}` },
      this.#picture,
      ...(similar === undefined ? [] : [similarLink(similar, name)]),
      element("p", { class: "card-title" }, element("span", { class: "role" }, title), ...tags),
      element("p", { class: "line" }, meaning),
      element(
        "p",
        { class: "path", dir: "auto" },
        element("span", { class: "folders" }, folders),
        element("span", { class: "name" }, name),
      ),
      ...lines.map((line) => element("p", { class: "line" }, line)),
      this.#note,
      this.#state,
      element("div", { class: "choices", role: "group", "aria-label": `Decision on ${name}` }, ...this.#buttons),
    );
  }

  /** The picture for where it has more room; undefined as long as none is shown. */
  get largeSource(): string | undefined {
    return this.source && (this.#large ?? this.source);
  }

  /** Shows what is decided now. */
  refresh(marks: Marks): void {
    const { image } = this.content;
    const { decision, note } = marks.of(image);
    setState(this.element, "data-decision", decision || undefined);
    pressChosen(this.#buttons, decision);
    const state = stateText(image, decision);
    if (this.#state.textContent !== state) this.#state.textContent = state;
    const noted = note === "" ? "" : `Note: ${visibleText(note)}`;
    if (this.#note.textContent !== noted) this.#note.textContent = noted;
  }

  /**
   * @param address of the picture; null where there is none to be had, undefined where it was left out
   * @param whyLeftOut said in its place then
   */
  showPicture(address: string | null | undefined, whyLeftOut: string): void {
    this.source = address ?? undefined;
    if (address) {
      const picture = element("img", { src: address, alt: "", decoding: "async" });
      picture.addEventListener("error", () => this.showPicture(null, whyLeftOut));
      this.#picture.replaceChildren(picture);
    } else {
      const why = address === null ? "This picture gave no thumbnail." : whyLeftOut;
      this.#picture.replaceChildren(element("span", { class: "no-picture" }, why));
      // what stands on a button is part of its name
      this.#picture.setAttribute("aria-label", `Details of ${pathParts(this.content.image.path)[1]}: ${why}`);
    }
  }
}

function similarLink(address: string, name: string): HTMLElement {
  const label = { "aria-label": `Similar to ${name}`, title: "What is like it" };
  return element("a", { class: "similar", href: address, ...label }, "Similar");
}

/** A button that makes a decision, and shows when it is made. */
export function choiceButton(decision: Decision): HTMLButtonElement {
  const { button, meaning } = DECISION_WORDS[decision];
  return element(
    "button",
    { type: "button", class: "choice", "data-action": decision, "aria-pressed": "false", title: meaning },
    button,
  );
}

/** Shows which of the decisions is made. */
export function pressChosen(buttons: Iterable<HTMLElement>, decision: Decision | ""): void {
  for (const button of buttons) setState(button, "aria-pressed", String(button.dataset.action === decision));
}

/** What holds, where it was decided before this report or is taken back. */
function stateText(image: Markable, decision: Decision | ""): string {
  if (image.decision === "") return "";
  if (decision === "") return `Withdrawn: ${DECISION_WORDS[image.decision].button.toLowerCase()}`;
  return decision === image.decision ? "Decided in an earlier review" : "Changed from an earlier review";
}
