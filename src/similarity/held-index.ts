import type { IndexedImages } from "#similarity/indexed-images.ts";

/** An index that stays open until the last question that was put to it is answered. */
export class HeldIndex {
  readonly images: IndexedImages;
  #questions = 0;
  #onFree: (() => void) | undefined;

  constructor(images: IndexedImages) {
    this.images = images;
  }

  async use<Answer>(ask: (images: IndexedImages) => Promise<Answer>): Promise<Answer> {
    this.#questions++;
    try {
      return await ask(this.images);
    } finally {
      if (--this.#questions === 0) this.#onFree?.();
    }
  }

  /** Closes it once it is free. */
  async letGo(): Promise<void> {
    if (this.#questions > 0)
      await new Promise<void>((resolve) => {
        this.#onFree = resolve;
      });
    await this.images.close();
  }
}
