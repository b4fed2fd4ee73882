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
      if (text.pathCell !== text.keepCell || text.role !== "keeper") continue;
      const key = ownKey(text);
      this.#own.set(key, this.#own.has(key) && this.#own.get(key) !== found[i] ? undefined : found[i]);
    }
  }

  /**
   * @param image what the row speaks of
   * @returns "gone" for a keeper that is; undefined where nobody can tell
   */
  keeperOf(text: RowText, image: ReportedImage): ReportedImage | "gone" | undefined {
    const named = this.#images.at(fromCell(text.keepCell));
    const reported = image.keeper && this.#images.at(image.keeper.path);
    const isOfGroup = text.groupId !== "" && text.groupId === image.groupId;
    if (named && named === reported && isOfGroup && !isOther(text.distanceToKeep, image.distanceToKeep)) return named;
    const own = this.#own.get(ownKey(text));
    if (own) return own === "gone" || "path" in own ? own : undefined;
    // at 0 there may be many
    const isSameDistance = image.distanceToKeep !== 0 && isSame(text.distanceToKeep, image.distanceToKeep);
    return this.#byName(text, named, reported) ?? (!named && isOfGroup && isSameDistance ? reported : undefined);
  }

  #byName(
    { keepCell, isSure }: RowText,
    named: ReportedImage | undefined,
    reported: ReportedImage | undefined,
  ): ReportedImage | undefined {
    const alike = this.#images.namedLike(keepCell, isSure);
    if (named) return alike.every((other) => other === named || this.#claimed.has(other)) ? named : undefined;
    return alike.length === 1 && alike[0] === reported ? reported : undefined;
  }
}

function ownKey({ groupId, keepCell }: RowText): string {
  return `${groupId}\n${keepCell}`;
}

function isSame(written: number, reported: number | undefined): boolean {
  return reported !== undefined && Math.abs(written - reported) <= ROUNDING * reported;
}

function isOther(written: number, reported: number | undefined): boolean {
  return !Number.isNaN(written) && !isSame(written, reported);
}
