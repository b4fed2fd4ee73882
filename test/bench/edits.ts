import sharp, { type Sharp } from "sharp";
import type { SeededRandom } from "#base/seeded-random.ts";

/** A picture as it is edited: bytes of a file, and its size. */
interface Photo {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Edits a photo as copies are edited, mildly (0) or boldly (1). */
type Edit = (photo: Photo, bold: 0 | 1, random: SeededRandom) => Sharp | Promise<Sharp>;

const open = ({ bytes }: Photo) => sharp(bytes).flatten({ background: "white" }).toColourspace("srgb");
const whole = (value: number) => Math.max(1, Math.round(value));

/** What stays when a share of each side is cut off, anywhere. */
function cropped(photo: Photo, share: number, random: SeededRandom): Sharp {
  const [width, height] = [whole(photo.width * (1 - share)), whole(photo.height * (1 - share))];
  const left = random.integer(0, photo.width - width + 1);
  const top = random.integer(0, photo.height - height + 1);
  return open(photo).extract({ left, top, width, height });
}

/** Marks like letters: no font is needed. */
function letters(width: number, height: number, colour: string, random: SeededRandom): string {
  const size = Math.max(3, height);
  const marks: string[] = [];
  for (let x = 0; x < width - size * 0.5; x += size * 0.62) {
    if (random.between(0, 1) < 0.15) continue;
    for (let stroke = 0; stroke < 3; stroke++) {
      const [w, h] = random.between(0, 1) < 0.5 ? [size * 0.45, size * 0.12] : [size * 0.12, size * 0.8];
      const [dx, dy] = [random.between(0, size * 0.5 - w * 0.5), random.between(0, Math.max(0.1, size - h))];
      marks.push(`<rect x="${x + dx}" y="${dy}" width="${w}" height="${h}" fill="${colour}"/>`);
    }
  }
  return marks.join("");
}

function drawn({ width, height }: Photo, content: string): Buffer {
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`);
}

function over(photo: Photo, content: string): Sharp {
  return open(photo).composite([{ input: drawn(photo, content) }]);
}

/** A part of the picture, a share of each side large, anywhere. */
function part({ width, height }: Photo, share: number, random: SeededRandom) {
  const [w, h] = [whole(width * share), whole(height * share)];
  return { left: random.integer(0, width - w + 1), top: random.integer(0, height - h + 1), width: w, height: h };
}

async function again(image: Sharp): Promise<Photo> {
  const { data, info } = await image.png().toBuffer({ resolveWithObject: true });
  return { bytes: data, width: info.width, height: info.height };
}

const watermark: Edit = (photo, bold, random) => {
  const size = photo.height * 0.12;
  const lines = [0.25, 0.6].map(
    (y) =>
      `<g transform="translate(${photo.width * 0.05} ${photo.height * y})">${letters(photo.width * 0.9, size, "white", random)}</g>`,
  );
  return over(
    photo,
    `<g opacity="${[0.4, 0.7][bold]}" transform="rotate(-15 ${photo.width / 2} ${photo.height / 2})">${lines.join("")}</g>`,
  );
};

const caption: Edit = (photo, bold, random) => {
  const bar = photo.height * [0.12, 0.22][bold];
  const text = letters(photo.width * 0.8, bar * 0.45, "black", random);
  const at = `translate(${photo.width * 0.1} ${photo.height - bar * 0.75})`;
  return over(
    photo,
    `<rect y="${photo.height - bar}" width="${photo.width}" height="${bar}" fill="white"/><g transform="${at}">${text}</g>`,
  );
};

const mosaic: Edit = async (photo, bold, random) => {
  const box = part(photo, [0.35, 0.55][bold], random);
  const tiny = await open(photo).extract(box).resize(6, 6, { fit: "fill" }).png().toBuffer();
  const tiles = await sharp(tiny).resize(box.width, box.height, { fit: "fill", kernel: "nearest" }).png().toBuffer();
  return open(photo).composite([{ input: tiles, left: box.left, top: box.top }]);
};

const sticker: Edit = (photo, bold, random) => {
  const round = Array.from({ length: [1, 3][bold] }, () => {
    const reach = photo.height * random.between(0.1, 0.18);
    const [x, y] = [random.between(0.15, 0.85) * photo.width, random.between(0.15, 0.85) * photo.height];
    const eye = (dx: number) => `<circle cx="${x + dx * reach}" cy="${y - reach * 0.2}" r="${reach * 0.13}"/>`;
    return `<circle cx="${x}" cy="${y}" r="${reach}" fill="#ffcc22"/>${eye(-0.35)}${eye(0.35)}`;
  });
  return over(photo, round.join(""));
};

const screenshot: Edit = (photo, bold, random) => {
  const [top, bottom] = [photo.height * [0.12, 0.25][bold], photo.height * [0.2, 0.45][bold]];
  const frame = { width: photo.width, height: whole(photo.height + top + bottom) };
  const text = letters(photo.width * 0.5, top * 0.35, "#333", random);
  const buttons = [0.1, 0.35, 0.6, 0.85].map(
    (x) => `<circle cx="${x * photo.width}" cy="${frame.height - bottom / 2}" r="${bottom * 0.15}" fill="#778"/>`,
  );
  const content = `<rect width="100%" height="100%" fill="#f4f4f6"/><g transform="translate(${photo.width * 0.08} ${top * 0.3})">${text}</g>${buttons.join("")}`;
  const ground = drawn({ ...photo, ...frame }, content);
  return sharp(ground)
    .composite([{ input: photo.bytes, top: whole(top), left: 0 }])
    .flatten({ background: "white" });
};

const noise: Edit = async (photo, bold) => {
  const grain = {
    width: photo.width,
    height: photo.height,
    channels: 3 as const,
    noise: { type: "gaussian" as const, mean: 128, sigma: [14, 30][bold] },
  };
  const { data } = await sharp({ create: { ...grain, background: "black" } })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { data: pixels, info } = await open(photo).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const channels = info.channels;
  const noisy = Buffer.from(pixels.map((value, i) => Math.max(0, Math.min(255, value + data[i % data.length] - 128))));
  return sharp(noisy, { raw: { width: info.width, height: info.height, channels } });
};

/** The 18 kinds of edits of the design, and nine more; each at two strengths. */
export const EDITS: Readonly<Record<string, Edit>> = {
  "re-encode": async (photo, bold) =>
    sharp(
      await open(photo)
        .jpeg({ quality: [40, 12][bold] })
        .toBuffer(),
    ),
  resize: (photo, bold) => open(photo).resize(whole(photo.width * [0.5, 0.25][bold])),
  crop5: (photo, bold, random) => cropped(photo, [0.04, 0.06][bold], random),
  crop10: (photo, bold, random) => cropped(photo, [0.08, 0.12][bold], random),
  crop20: (photo, bold, random) => cropped(photo, [0.18, 0.28][bold], random),
  mask: (photo, bold, random) => {
    const box = part(photo, [0.3, 0.5][bold], random);
    return over(
      photo,
      `<rect x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}" fill="${random.pick(["black", "white", "#3366cc"])}"/>`,
    );
  },
  mosaic,
  watermark,
  caption,
  letterbox: (photo, bold) => {
    const bar = whole(photo.height * [0.12, 0.25][bold]);
    return open(photo).extend({ top: bar, bottom: bar, background: ["black", "white"][bold] });
  },
  tone: (photo, bold) => open(photo).modulate({ brightness: [1.2, 0.65][bold], saturation: [1.4, 0.5][bold] }),
  gamma: async (photo, bold) => sharp(await open(photo).gamma([1.6, 2.4][bold], 1).png().toBuffer()),
  gray: (photo, bold) => (bold ? open(photo).grayscale().linear(1.3, -30) : open(photo).grayscale()),
  blur: (photo, bold) => open(photo).blur([1.5, 3][bold]),
  rotate: (photo, bold) => open(photo).rotate([2, 4][bold], { background: "white" }),
  mirror: (photo, bold) => (bold ? open(photo).flop().modulate({ brightness: 1.15 }) : open(photo).flop()),
  "mix-web": async (photo, bold, random) => {
    const small = await again(open(photo).resize(whole(photo.width * [0.6, 0.4][bold])));
    return sharp(await (await watermark(small, 0, random)).jpeg({ quality: [50, 30][bold] }).toBuffer());
  },
  "mix-social": async (photo, bold, random) => {
    const cut = await again(cropped(photo, [0.08, 0.15][bold], random).modulate({ saturation: 1.4, brightness: 1.1 }));
    return caption(cut, bold, random);
  },
  sticker,
  screenshot,
  noise,
  sharpen: (photo, bold) => open(photo).sharpen({ sigma: [1.5, 3][bold], m2: [4, 10][bold] }),
  palette: async (photo, bold) =>
    sharp(
      await open(photo)
        .png({ palette: true, colours: [24, 6][bold] })
        .toBuffer(),
    ),
  stretch: (photo, bold) => open(photo).resize(whole(photo.width * [1.2, 1.45][bold]), photo.height, { fit: "fill" }),
  shear: (photo, bold) => open(photo).affine([1, [0.06, 0.12][bold], 0, 1], { background: "white" }),
  tint: (photo, bold) => open(photo).tint(["#c09060", "#4060c0"][bold]),
  border: (photo, bold) => {
    const side = whole(photo.width * [0.06, 0.15][bold]);
    return open(photo).extend({
      top: side,
      bottom: side,
      left: side,
      right: side,
      background: ["#222", "#e8e0d0"][bold],
    });
  },
};
