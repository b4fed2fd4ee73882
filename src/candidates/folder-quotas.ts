/** How many images of each folder may still be chosen. An image's folder is the first part of its object id; "" where it is in none. */
export class FolderQuotas {
  readonly #folderOf: readonly string[];
  readonly #images = new Map<string, number[]>();
  readonly #left = new Map<string, number>();

  /**
   * @param ids of the images
   * @param quotas by folder; @param perFolder of the others; null: any number
   */
  constructor(ids: readonly string[], quotas: Readonly<Record<string, number>>, perFolder: number | null) {
    this.#folderOf = ids.map((id) => (id.includes("/") ? id.slice(0, id.indexOf("/")) : ""));
    for (const [image, folder] of this.#folderOf.entries()) {
      const images = this.#images.get(folder);
      if (images) images.push(image);
      else this.#images.set(folder, [image]);
      const quota = Object.hasOwn(quotas, folder) ? quotas[folder] : (perFolder ?? Number.POSITIVE_INFINITY);
      this.#left.set(folder, quota);
    }
  }

  /** Whether an image may be chosen. */
  allow(image: number): boolean {
    return this.#leftOf(image) > 0;
  }

  /** Learns that an image was chosen; names the images that may not be chosen any more, as its folder's quota is filled now. */
  take(image: number): readonly number[] {
    const folder = this.#folderOf[image];
    const left = this.#leftOf(image) - 1;
    this.#left.set(folder, left);
    return left > 0 ? [] : (this.#images.get(folder) ?? []);
  }

  #leftOf(image: number): number {
    return this.#left.get(this.#folderOf[image]) ?? 0;
  }
}
