import type { GrayPicture } from "#data/gray-picture.ts";
import { GROUND_SIDE } from "#matches/agreement.ts";
import { finelyRefinable } from "#matches/refine-overlap.ts";
import { fitted, mirrored } from "#matches/resample.ts";

/** A picture at the sizes at which it is compared with others, cell by cell; each is made when it is first asked for. */
export class DetailedPicture {
  readonly gray: GrayPicture;
  #ground: GrayPicture | undefined;
  #finelyRefinable: GrayPicture | undefined;
  #mirrored: DetailedPicture | undefined;

  constructor(gray: GrayPicture) {
    this.gray = gray;
  }

  /** For `agreementOf`. */
  get ground(): GrayPicture {
    this.#ground ??= fitted(this.gray, GROUND_SIDE);
    return this.#ground;
  }

  /** For `refineWhereAgreed`. */
  get finelyRefinable(): GrayPicture {
    this.#finelyRefinable ??= finelyRefinable(this.gray);
    return this.#finelyRefinable;
  }

  get mirrored(): DetailedPicture {
    this.#mirrored ??= new DetailedPicture(mirrored(this.gray));
    return this.#mirrored;
  }
}
