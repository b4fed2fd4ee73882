import type { GrayPicture } from "#data/gray-picture.ts";
import { GROUND_SIDE } from "#matches/agreement.ts";
import { PIECE_SIDE } from "#matches/find-overlaps.ts";
import { finelyRefinable, refinable } from "#matches/refine-overlap.ts";
import { fitted, mirrored } from "#matches/resample.ts";

/** A picture at the sizes at which it is laid over others; each is made when it is first asked for. */
export class PreparedPicture {
  readonly gray: GrayPicture;
  #small: GrayPicture | undefined;
  #refinable: GrayPicture | undefined;
  #finelyRefinable: GrayPicture | undefined;
  #ground: GrayPicture | undefined;
  #mirrored: PreparedPicture | undefined;

  constructor(gray: GrayPicture) {
    this.gray = gray;
  }

  /** For `findOverlaps`. */
  get small(): GrayPicture {
    this.#small ??= fitted(this.gray, PIECE_SIDE);
    return this.#small;
  }

  /** For `refineOverlap`. */
  get refinable(): GrayPicture {
    this.#refinable ??= refinable(this.gray);
    return this.#refinable;
  }

  /** For `refineWhereAgreed`. */
  get finelyRefinable(): GrayPicture {
    this.#finelyRefinable ??= finelyRefinable(this.gray);
    return this.#finelyRefinable;
  }

  /** For `agreementOf`. */
  get ground(): GrayPicture {
    this.#ground ??= fitted(this.gray, GROUND_SIDE);
    return this.#ground;
  }

  get mirrored(): PreparedPicture {
    this.#mirrored ??= new PreparedPicture(mirrored(this.gray));
    return this.#mirrored;
  }
}
