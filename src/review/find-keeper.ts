import { fromCell } from "#data/spreadsheet-cell.ts";
import type { Found, FoundImages } from "#review/find-images.ts";
import type { ReportedImage, ReportedImages } from "#review/reported-images.ts";
import type { RowText } from "#review/reviewed-row.ts";

/** Relative difference of two distances that a spreadsheet may have rounded. */
const ROUNDING = 1e-6;

/** Finds the image beside which each row's image was shown, which the file names by path alone. */
export class KeeperFinder {
  readonly #images: ReportedImages;
  readonly #claimed: ReadonlySet<ReportedImage>;
  /** What keepers' own rows speak of, by group and by the cell of their names; undefined where two rows differ. */
  readonly #own = new Map<string, Found | undefined>();

  constructor(texts: readonly RowText[], { found, claimed }: FoundImages, images: ReportedImages) {
    this.#images = images;
    this.#claimed = claimed;
    for (const [i, text] of texts.entries()) {
      if (text.pathCell !== text.keepCell || !["keeper", ""].includes(text.role)) continue;
      const key = ownKey(text);
      this.#own.set(key, this.#own.has(key) && this.#own.get(key) !== found[i] ? undefined : found[i]);
    }
  }

  /**
   * @param image what the row speaks of
   * @returns "gone" for a keeper that is; undefined where nobody can tell
   */
  keeperOf(text: RowText, image: ReportedImage): ReportedImage | "gone" | undefined {
    const own = this.#ownOf(text);
    if (own) return own === "gone" || "path" in own ? own : undefined;
    const named = this.#images.at(fromCell(text.keepCell));
    const reported = image.keeper && this.#images.at(image.keeper.path);
    const distance = distanceOf(text, image);
    if (!named) return distance === "same" || this.#isOnlyOneLike(text, reported) ? reported : undefined;
    const isSure = named === reported && distance !== "unknown" ? distance === "same" : this.#hasNoRival(text, named);
    return isSure ? named : undefined;
  }

  /** What the keeper's own row in the file speaks of. Without the column that tells roles, a row may only look like that. */
  #ownOf(text: RowText): Found | undefined {
    const own = this.#own.get(ownKey(text));
    return own && (text.role !== "" || this.#like(text).length < 2) ? own : undefined;
  }

  #isOnlyOneLike(text: RowText, reported: ReportedImage | undefined): boolean {
    const alike = this.#like(text);
    return alike.length === 1 && alike[0] === reported;
  }

  #hasNoRival(text: RowText, named: ReportedImage): boolean {
    return this.#like(text).every((image) => image === named || this.#claimed.has(image));
  }

  #like({ keepCell, isSure }: RowText): readonly ReportedImage[] {
    return this.#images.namedLike(keepCell, isSure);
  }
}

/** How the distance to the keeper compares with the reported one; unknown where the image is in another group, or at 0, where many may be. */
function distanceOf({ groupId, distanceToKeep: written }: RowText, image: ReportedImage): "same" | "other" | "unknown" {
  const reported = image.distanceToKeep;
  if (groupId === "" || groupId !== image.groupId || reported === undefined || Number.isNaN(written)) return "unknown";
  if (Math.abs(written - reported) > ROUNDING * reported) return "other";
  return reported === 0 ? "unknown" : "same";
}

function ownKey({ groupId, keepCell }: RowText): string {
  return `${groupId}\n${keepCell}`;
}
