const SHOWN_MS = 4000;

/** Says in a corner of the page, and to screen readers, what has just been done. */
export class Announcer {
  readonly #place: HTMLElement;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param place a live region */
  constructor(place: HTMLElement) {
    this.#place = place;
  }

  say(text: string): void {
    clearTimeout(this.#timer);
    this.#place.textContent = text;
    this.#timer = setTimeout(() => {
      this.#place.textContent = "";
    }, SHOWN_MS);
  }
}
