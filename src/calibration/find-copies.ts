import { chunksOf } from "#base/chunks-of.ts";
import type { Progress } from "#base/progress.ts";
import type { Couple } from "#calibration/sample-distances.ts";
import { fromBytes, type GrayBytes } from "#data/gray-picture.ts";
import type { ImageFile } from "#data/image-record.ts";
import type { PictureReader } from "#images/picture-reader.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import { isPlain } from "#matches/compare-pictures.ts";
import { GRAY_SIDE, type Matcher, smallPicture } from "#matches/matcher.ts";

const COUPLES_AT_ONCE = 64;
/** Looking at more would take minutes, and tell nothing of the thresholds that are recommended. */
const MOST_LOOKED_AT = 3000;

export interface LookOptions {
  readonly images: readonly ImageFile[];
  readonly reader: PictureReader;
  readonly matcher: Matcher;
  readonly progress: Progress;
}

export interface FoundCopies {
  /** Originals that are copies of another one, which stays. */
  readonly copies: ReadonlySet<number>;
  /** Originals that show nothing, as those of one colour: nobody can tell whose copies they are, and they are all alike. */
  readonly plain: ReadonlySet<number>;
  /** Up to this cell all couples were looked at; undefined where all were. */
  readonly lastCell: number | undefined;
}

/**
 * Looks at couples of originals, nearest first, as the pipeline looks at pairs: a sample of the user's own images may hold real copies of one
 * another, which would count as false pairs. Of two that are, the later one is named.
 *
 * @param couples nearest first
 */
export async function findCopies(couples: readonly Couple[], options: LookOptions): Promise<FoundCopies> {
  const { progress } = options;
  const pictures = new CouplePictures(options);
  const copies = new Set<number>();
  const plain = await pictures.plain();
  const shown = couples.filter(({ first, second }) => !plain.has(first) && !plain.has(second));
  const looked = shown.slice(0, MOST_LOOKED_AT);
  let done = 0;
  progress.update("match", "pairs", 0, looked.length);
  for (const chunk of chunksOf(looked, COUPLES_AT_ONCE)) {
    const open = chunk.filter(({ first, second }) => !copies.has(first) && !copies.has(second));
    const areCopies = await pictures.areCopies(open);
    for (const [i, { second }] of open.entries()) if (areCopies[i]) copies.add(second);
    done += chunk.length;
    progress.update("match", "pairs", done);
  }
  progress.finish("match");
  const next = shown[looked.length];
  return { copies, plain, lastCell: next && Math.max(0, next.cell - 1) };
}

class CouplePictures {
  readonly #options: LookOptions;
  readonly #gray = new Map<number, Promise<GrayBytes | undefined>>();

  constructor(options: LookOptions) {
    this.#options = options;
  }

  /** Those of one colour, or nearly so. */
  async plain(): Promise<Set<number>> {
    const plain = new Set<number>();
    const numbers = [...this.#options.images.keys()];
    for (const chunk of chunksOf(numbers, COUPLES_AT_ONCE)) {
      const pictures = await Promise.all(chunk.map((original) => this.#of(original)));
      for (const [i, picture] of pictures.entries()) if (picture && isPlain(fromBytes(picture))) plain.add(chunk[i]);
    }
    return plain;
  }

  async areCopies(couples: readonly Couple[]): Promise<boolean[]> {
    const pairs = await Promise.all(
      couples.map(({ first, second }) => Promise.all([this.#of(first), this.#of(second)])),
    );
    const { matcher } = this.#options;
    const looks = await Promise.all(
      pairs.map(async ([first, second]) => {
        if (!first || !second) return undefined;
        return (await matcher.look([smallPicture(first), smallPicture(second)], [[0, 1]]))[0];
      }),
    );
    return Promise.all(
      looks.map(async (look, i) => {
        const [first, second] = pairs[i];
        if (!look || !first || !second) return false;
        return look.places.length > 0 && ((await matcher.compare(first, second, look.places))?.isCopy ?? false);
      }),
    );
  }

  #of(original: number): Promise<GrayBytes | undefined> {
    const { images, reader } = this.#options;
    const known = this.#gray.get(original) ?? orUnreadable(reader.gray(images[original].path, GRAY_SIDE));
    this.#gray.set(original, known);
    return known;
  }
}

/** What has vanished or broken since it was drawn is no copy of anything. */
function orUnreadable<Found>(reading: Promise<Found>): Promise<Found | undefined> {
  return reading.catch((error) => {
    if (!(error instanceof UnreadablePicture)) throw error;
    return undefined;
  });
}
