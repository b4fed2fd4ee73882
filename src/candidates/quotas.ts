/** How many images of each part of a data set may still be chosen. */
export class Quotas {
  readonly #partOf: readonly string[];
  readonly #images = new Map<string, number[]>();
  readonly #left = new Map<string, number>();

  /**
   * @param partOf name of each image's part
   * @param quotas by part; @param quota of the others; null: any number
   */
  constructor(partOf: readonly string[], quotas: Readonly<Record<string, number>>, quota: number | null) {
    this.#partOf = partOf;
    for (const [image, part] of partOf.entries()) {
      const images = this.#images.get(part);
      if (images) images.push(image);
      else this.#images.set(part, [image]);
      this.#left.set(part, Object.hasOwn(quotas, part) ? quotas[part] : (quota ?? Number.POSITIVE_INFINITY));
    }
  }

  /** Whether an image may be chosen. */
  allow(image: number): boolean {
    return this.#leftOf(image) > 0;
  }

  /** Learns that an image was chosen; names the images that may not be chosen any more, as the quota of its part is filled now. */
  take(image: number): readonly number[] {
    const part = this.#partOf[image];
    const left = this.#leftOf(image) - 1;
    this.#left.set(part, left);
    return left > 0 ? [] : (this.#images.get(part) ?? []);
  }

  #leftOf(image: number): number {
    return this.#left.get(this.#partOf[image]) ?? 0;
  }
}

/** The first part of an object id; empty where the image is in no folder. */
export function folderOf(id: string): string {
  return id.includes("/") ? id.slice(0, id.indexOf("/")) : "";
}
