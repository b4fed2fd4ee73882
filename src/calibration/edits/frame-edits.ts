import sharp from "sharp";
import type { SeededRandom } from "#base/seeded-random.ts";
import { type Edit, flatColour, graded, opened, whole } from "#calibration/edits/edit.ts";
import { composedOf, textLines } from "#calibration/edits/marks.ts";
import type { Pixels } from "#images/cut-pixels.ts";

/** What stays when shares of the width and the height are cut off, anywhere. */
function cut(picture: Pixels, ofWidth: number, ofHeight: number, random: SeededRandom) {
  const [width, height] = [whole(picture.width * (1 - ofWidth)), whole(picture.height * (1 - ofHeight))];
  const left = random.integer(0, picture.width - width + 1);
  const top = random.integer(0, picture.height - height + 1);
  return opened(picture).extract({ left, top, width, height });
}

const crop: Edit = (picture, strength, random) => {
  const share = graded(0.03, 0.32, strength);
  return cut(picture, share * random.between(0.6, 1.2), share * random.between(0.6, 1.2), random);
};

/** Cut along one axis alone, as for a square preview. */
const reshape: Edit = (picture, strength, random) => {
  const share = graded(0.06, 0.42, strength);
  return random.pick([true, false]) ? cut(picture, share, 0, random) : cut(picture, 0, share, random);
};

const border: Edit = (picture, strength, random) => {
  const side = whole(Math.min(picture.width, picture.height) * graded(0.02, 0.2, strength));
  const background = flatColour(random);
  return opened(picture).extend({ top: side, bottom: side, left: side, right: side, background });
};

const bars: Edit = (picture, strength, random) => {
  const [share, background] = [graded(0.05, 0.26, strength), flatColour(random)];
  const isUpright = random.pick([true, false]);
  const bar = whole((isUpright ? picture.width : picture.height) * share);
  return opened(picture).extend(
    isUpright ? { left: bar, right: bar, background } : { top: bar, bottom: bar, background },
  );
};

/** Shown on a page or a screen, with lines of text above and below. */
const page: Edit = (picture, strength, random) => {
  const width = whole(picture.width * (1 + graded(0, 0.25, strength) * random.between(0, 1)));
  const height = whole(picture.height * (1 + graded(0.12, 0.65, strength)));
  const top = random.integer(0, height - picture.height + 1);
  const ground = random.pick(["#ffffff", "#f2f3f5", "#18191c"]);
  const ink = ground === "#18191c" ? "#dddddd" : "#333333";
  const line = 0.045 * picture.height;
  const above = textLines({ width, height: top }, line, ink, random);
  const below = textLines({ width, height: height - top - picture.height }, line, ink, random);
  const shapes = `<rect width="100%" height="100%" fill="${ground}"/>${above}<g transform="translate(0 ${top + picture.height})">${below}</g>`;
  const raw = { width: picture.width, height: picture.height, channels: 3 as const };
  const left = random.integer(0, width - picture.width + 1);
  return sharp(composedOf({ width, height }, shapes)).composite([{ input: Buffer.from(picture.data), raw, left, top }]);
};

const stretch: Edit = (picture, strength, random) => {
  const factor = graded(1.04, 1.4, strength);
  const [x, y] = random.pick([
    [factor, 1],
    [1, factor],
  ]);
  return opened(picture).resize(whole(picture.width * x), whole(picture.height * y), { fit: "fill" });
};

const turn: Edit = (picture, strength, random) => {
  return opened(picture).rotate(random.pick([-1, 1]) * graded(0.5, 5, strength), { background: flatColour(random) });
};

const skew: Edit = (picture, strength, random) => {
  const slant = random.pick([-1, 1]) * graded(0.02, 0.13, strength);
  const matrix = random.pick([
    [1, slant, 0, 1],
    [1, 0, slant, 1],
  ]);
  return opened(picture).affine(matrix as [number, number, number, number], { background: flatColour(random) });
};

const mirror: Edit = (picture) => opened(picture).flop();

const smaller: Edit = (picture, strength) => {
  const factor = 0.8 * (0.2 / 0.8) ** strength;
  return opened(picture).resize(whole(picture.width * factor), whole(picture.height * factor), { fit: "fill" });
};

/** Edits that change where the picture lies in its frame, or its size. */
export const FRAME_EDITS: Readonly<Record<string, Edit>> = {
  crop,
  reshape,
  border,
  bars,
  page,
  stretch,
  turn,
  skew,
  mirror,
  smaller,
};
