import type { SeededRandom } from "#base/seeded-random.ts";
import { type Edit, opened, pixelsOf } from "#calibration/edits/edit.ts";
import { FRAME_EDITS } from "#calibration/edits/frame-edits.ts";
import { OVERLAY_EDITS } from "#calibration/edits/overlay-edits.ts";
import { TONE_EDITS } from "#calibration/edits/tone-edits.ts";
import type { Pixels } from "#images/cut-pixels.ts";

const SINGLE_EDITS = { ...FRAME_EDITS, ...TONE_EDITS, ...OVERLAY_EDITS };

/** Two edits of unlike kinds, one after the other. */
const mixed: Edit = async (picture, strength, random) => {
  const [first, second] = shuffled(Object.values(SINGLE_EDITS), random);
  return second(await pixelsOf(await first(picture, strength, random)), strength, random);
};

const EDITS: Readonly<Record<string, Edit>> = { ...SINGLE_EDITS, mixed };

/** What copies are edited by, in a fixed order. */
export const EDIT_KINDS: readonly string[] = Object.keys(EDITS);

export interface EditedCopy {
  readonly kind: string;
  /** Bytes of a picture file. */
  readonly file: Buffer;
}

/**
 * Copies of a picture, each edited in a way of its own, of random strength, and saved as JPEG of random quality. The same random state
 * gives the same bytes.
 *
 * @param count at most the number of EDIT_KINDS
 * @yields undefined for one that this picture is not fit for, such as one of a single line
 */
export async function* editedCopies(
  picture: Pixels,
  count: number,
  random: SeededRandom,
): AsyncGenerator<EditedCopy | undefined> {
  for (const kind of shuffled(EDIT_KINDS, random).slice(0, count)) {
    const [strength, quality] = [random.between(0, 1), random.integer(60, 96)];
    yield await copyOf(picture, kind, strength, random).then(
      async (edited) => ({ kind, file: await edited.jpeg({ quality }).toBuffer() }),
      () => undefined,
    );
  }
}

async function copyOf(picture: Pixels, kind: string, strength: number, random: SeededRandom) {
  return opened(await pixelsOf(await EDITS[kind](picture, strength, random)));
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const other = random.integer(0, i + 1);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}
