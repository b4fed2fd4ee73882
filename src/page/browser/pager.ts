import { element } from "./elements.ts";
import { countText } from "./number-text.ts";

/** Buttons that turn pages, and a field that goes to one. */
export class Pager {
  readonly #place: HTMLElement;
  readonly #previous = element("button", { type: "button", class: "button" }, "Previous");
  readonly #next = element("button", { type: "button", class: "button" }, "Next");
  readonly #field = element("input", { type: "number", min: "1", class: "page-field", inputmode: "numeric" });
  readonly #count = element("span");
  #page = 0;

  constructor(place: HTMLElement, turnTo: (page: number) => void) {
    this.#place = place;
    place.append(
      this.#previous,
      element("label", { class: "page-label" }, "Page ", this.#field, this.#count),
      this.#next,
    );
    this.#previous.addEventListener("click", () => turnTo(this.#page - 1));
    this.#next.addEventListener("click", () => turnTo(this.#page + 1));
    this.#field.addEventListener("change", () => {
      const wanted = Math.round(Number(this.#field.value)) - 1;
      if (wanted >= 0 && wanted < Number(this.#field.max)) turnTo(wanted);
      else this.#field.value = String(this.#page + 1);
    });
  }

  refresh(page: number, pageCount: number): void {
    this.#page = page;
    this.#place.hidden = pageCount < 2;
    this.#previous.disabled = page === 0;
    this.#next.disabled = page === pageCount - 1;
    this.#field.max = String(pageCount);
    this.#field.value = String(page + 1);
    this.#count.textContent = ` of ${countText(pageCount)}`;
  }
}
