import type { SeededRandom } from "#base/seeded-random.ts";
import { type Edit, flatColour, graded, opened, whole } from "#calibration/edits/edit.ts";
import { composedOf, writing } from "#calibration/edits/marks.ts";
import type { Pixels } from "#images/cut-pixels.ts";

function covered(picture: Pixels, shapes: string) {
  return opened(picture).composite([{ input: composedOf(picture, shapes) }]);
}

function cssColour({ r, g, b }: { r: number; g: number; b: number }): string {
  return `rgb(${r},${g},${b})`;
}

/** A box within the picture: about the given share of each side, anywhere. */
function box({ width, height }: Pixels, share: number, random: SeededRandom) {
  const [w, h] = [width, height].map((side) => Math.min(side, whole(side * share * random.between(0.8, 1.2))));
  return { left: random.integer(0, width - w + 1), top: random.integer(0, height - h + 1), width: w, height: h };
}

const mask: Edit = (picture, strength, random) => {
  const { left, top, width, height } = box(picture, graded(0.12, 0.5, strength), random);
  const fill = cssColour(flatColour(random));
  return covered(picture, `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${fill}"/>`);
};

/** A part made unrecognisable, in tiles or blurred. */
const censor: Edit = async (picture, strength, random) => {
  const part = box(picture, graded(0.15, 0.55, strength), random);
  const kernel = random.pick(["nearest", "cubic"] as const);
  const tiles = await opened(picture).extract(part).resize(7, 7, { fit: "fill" }).raw().toBuffer();
  const raw = { width: 7, height: 7, channels: 3 as const };
  const rough = await opened({ data: tiles, ...raw })
    .resize(part.width, part.height, { fit: "fill", kernel })
    .raw()
    .toBuffer();
  const over = { width: part.width, height: part.height, channels: 3 as const };
  return opened(picture).composite([{ input: rough, raw: over, left: part.left, top: part.top }]);
};

/** Writing across the whole picture, half transparent. */
const watermark: Edit = (picture, strength, random) => {
  const { width, height } = picture;
  const size = Math.min(width, height) * random.between(0.07, 0.16);
  const ink = random.pick(["white", "white", "black"]);
  const rows = random.integer(1, 4);
  const lines = Array.from({ length: rows }, (_, row) => {
    const [x, y] = [width * random.between(0, 0.15), (height * (row + 0.5)) / rows - size / 2];
    return `<g transform="translate(${x.toFixed(1)} ${y.toFixed(1)})">${writing(width * 0.85, size, ink, random)}</g>`;
  });
  const angle = random.pick([0, random.integer(-40, 41)]);
  const opacity = graded(0.25, 0.75, strength).toFixed(2);
  return covered(
    picture,
    `<g opacity="${opacity}" transform="rotate(${angle} ${width / 2} ${height / 2})">${lines.join("")}</g>`,
  );
};

/** A mark in a corner, as of a channel or an agency. */
const stamp: Edit = (picture, strength, random) => {
  const { width, height } = picture;
  const size = Math.min(width, height) * graded(0.07, 0.22, strength);
  const [x, y] = [random.pick([0.3 * size, width - 3.3 * size]), random.pick([0.3 * size, height - 1.3 * size])];
  const ground = `<rect width="${3 * size}" height="${size}" rx="${size / 4}" fill="${cssColour(flatColour(random))}" opacity="0.8"/>`;
  const text = writing(2.6 * size, 0.7 * size, random.pick(["white", "black", "#dd2222"]), random);
  const inner = `<g transform="translate(${0.2 * size} ${0.1 * size})">${text}</g>`;
  return covered(picture, `<g transform="translate(${x.toFixed(1)} ${y.toFixed(1)})">${ground}${inner}</g>`);
};

/** A bar with writing, over the picture or joined to it, above or below. */
const caption: Edit = (picture, strength, random) => {
  const { width, height } = picture;
  const bar = whole(height * graded(0.08, 0.22, strength));
  const [isJoined, isAbove] = [random.pick([true, false]), random.pick([true, false])];
  const [paper, ink] = random.pick([
    ["white", "black"],
    ["black", "white"],
    ["#ffe15a", "black"],
  ]);
  const y = isAbove ? 0 : isJoined ? height : height - bar;
  const text = writing(width * 0.88, bar * 0.5, ink, random);
  const shapes = `<rect y="${y}" width="${width}" height="${bar}" fill="${paper}"/><g transform="translate(${width * 0.06} ${y + bar * 0.22})">${text}</g>`;
  if (!isJoined) return covered(picture, shapes);
  const extended = opened(picture).extend(isAbove ? { top: bar } : { bottom: bar });
  return extended.composite([{ input: composedOf({ width, height: height + bar }, shapes) }]);
};

const stickers: Edit = (picture, strength, random) => {
  const { width, height } = picture;
  const shapes = Array.from({ length: whole(graded(1, 4, strength)) }, () => {
    const radius = Math.min(width, height) * random.between(0.07, 0.17);
    const [x, y] = [random.between(0.1, 0.9) * width, random.between(0.1, 0.9) * height];
    const [rim, fill] = [cssColour(flatColour(random)), cssColour(flatColour(random))];
    return `<ellipse cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" rx="${radius.toFixed(1)}" ry="${(radius * random.between(0.7, 1.3)).toFixed(1)}" fill="${fill}" stroke="${rim}" stroke-width="${(radius / 5).toFixed(1)}"/>`;
  });
  return covered(picture, shapes.join(""));
};

/** Edits that hide a part of the picture. */
export const OVERLAY_EDITS: Readonly<Record<string, Edit>> = { mask, censor, watermark, stamp, caption, stickers };
