import sharp from "sharp";
import { SCENE_HEIGHT as HEIGHT, SCENE_WIDTH as WIDTH } from "#sample/scene.ts";

type Edit = (original: Buffer) => Promise<Buffer>;

/** The copies one meets on the web, each made from the original's JPEG file. */
export const EDITS: Readonly<Record<string, Edit>> = {
  repost: async (original) => original,
  reencoded: (original) => sharp(original).jpeg({ quality: 35 }).toBuffer(),
  smaller: (original) => sharp(original).resize({ width: 180 }).jpeg({ quality: 85 }).toBuffer(),
  cropped: (original) => {
    const [left, top] = [Math.round(WIDTH * 0.05), Math.round(HEIGHT * 0.04)];
    const kept = { left, top, width: Math.round(WIDTH * 0.9), height: Math.round(HEIGHT * 0.92) };
    return sharp(original).extract(kept).jpeg({ quality: 90 }).toBuffer();
  },
  masked: (original) => overlaid(original, '<rect x="150" y="110" width="80" height="60" fill="black"/>'),
  watermarked: (original) => {
    const stripes = [0, 1].map((i) => `<rect x="80" y="${200 + i * 24}" width="240" height="9" rx="4"/>`);
    return overlaid(original, `<g fill="white" opacity="0.35" transform="rotate(-18 200 150)">${stripes.join("")}</g>`);
  },
  toned: (original) => sharp(original).modulate({ brightness: 1.15, saturation: 0.6 }).gamma(1.4).jpeg().toBuffer(),
  gray: (original) => sharp(original).grayscale().jpeg({ quality: 90 }).toBuffer(),
};

function overlaid(original: Buffer, shapes: string): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${shapes}</svg>`;
  return sharp(original)
    .composite([{ input: Buffer.from(svg) }])
    .jpeg({ quality: 90 })
    .toBuffer();
}
