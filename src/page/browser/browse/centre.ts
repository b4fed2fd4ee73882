import { visibleText } from "../visible-text.ts";
import type { MapRoute } from "./browse-route.ts";
import { imageAddress } from "./image-address.ts";

/** What is in the middle of a map: an image of the index, or a picture that a person gave. */
export interface Centre {
  /** Told apart from others by it. */
  readonly key: string;
  readonly name: string;
  /** Undefined for a picture that is not in the index. */
  readonly objectId: string | undefined;
  /** Address of the picture, at most so wide. */
  readonly picture: (width: number) => string;
  /** Where the whole of it is. */
  readonly file: string;
}

/** Pictures that people gave stay in the browser tab, the latest of them. */
const MOST_GIVEN = 12;

export interface GivenPicture {
  readonly number: number;
  readonly file: File;
  readonly address: string;
}

/** What stands in the middle of maps, by their addresses. */
export class Centres {
  readonly #given: GivenPicture[] = [];
  #count = 0;

  /** @returns the number that the picture has in addresses */
  add(file: File): number {
    this.#given.push({ number: ++this.#count, file, address: URL.createObjectURL(file) });
    if (this.#given.length > MOST_GIVEN) URL.revokeObjectURL(this.#given.shift()?.address ?? "");
    return this.#count;
  }

  /** The file of a picture that a person gave; undefined where it is no longer there. */
  given(number: number): GivenPicture | undefined {
    return this.#given.find((picture) => picture.number === number);
  }

  /** Undefined for a picture that is no longer there, or never was: addresses with it cannot be shared. */
  of(route: MapRoute): Centre | undefined {
    if (route.view === "image") {
      const { objectId } = route;
      return {
        key: objectId,
        name: objectId,
        objectId,
        picture: (width) => imageAddress(objectId, width),
        file: imageAddress(objectId),
      };
    }
    const given = this.given(route.number);
    if (!given) return undefined;
    const name = visibleText(given.file.name) || "a pasted picture";
    // a key that no image of the index has
    const key = `\ud800 ${given.number}`;
    return { key, name, objectId: undefined, picture: () => given.address, file: given.address };
  }
}
