import type { GrayPicture } from "#data/gray-picture.ts";
import { refinable } from "#matches/refine-overlap.ts";
import { fitted, fittedSize, mirrored } from "#matches/resample.ts";
import { type Grain, type Slidable, slidable } from "#matches/slidable.ts";

/** A small picture at the sizes at which its place on others is searched; each is made when it is first asked for. */
export class PreparedPicture {
  readonly gray: GrayPicture;
  readonly #fitted = new Map<number, GrayPicture>();
  readonly #slidable = new Map<string, Slidable>();
  #refinable: GrayPicture | undefined;
  #mirrored: PreparedPicture | undefined;

  constructor(gray: GrayPicture) {
    this.gray = gray;
  }

  /** Width by height. */
  get shape(): number {
    return this.gray.width / this.gray.height;
  }

  /** To have others slid over it. */
  slidGround(grain: Grain): Slidable {
    const { width, height } = fittedSize(this.gray, grain.side);
    return this.slidPiece(grain, width, height);
  }

  /** To be slid over others. */
  slidPiece({ pieceSide, reach }: Grain, width: number, height: number): Slidable {
    const key = `${pieceSide} ${width} ${height}`;
    let known = this.#slidable.get(key);
    if (!known) {
      known = slidable(this.#fittedTo(pieceSide), width, height, reach);
      this.#slidable.set(key, known);
    }
    return known;
  }

  /** For `refineOverlap`. */
  get refinable(): GrayPicture {
    this.#refinable ??= refinable(this.gray);
    return this.#refinable;
  }

  get mirrored(): PreparedPicture {
    this.#mirrored ??= new PreparedPicture(mirrored(this.gray));
    return this.#mirrored;
  }

  #fittedTo(side: number): GrayPicture {
    let known = this.#fitted.get(side);
    if (!known) {
      known = fitted(this.gray, side);
      this.#fitted.set(side, known);
    }
    return known;
  }
}
