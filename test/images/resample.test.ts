import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { type DecodeOptions, decodeImage } from "#images/decode-image.ts";
import { type Area, resample } from "#images/resample.ts";
import { hasPillow, runPythonFile } from "../support/python.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

type Preset = DecodeOptions["preset"];

const LIMITS = { maxPixels: 1e8, maxDecodedBytes: 1e9 };

async function decode(path: string, preset: Preset): Promise<Uint8Array> {
  return (await decodeImage(path, { preset, views: [] }, LIMITS)).pixels;
}

/** Smooth, so that a shift shows in every pixel: red grows to the right, green downwards. */
async function writeRamp(path: string, width: number, height: number): Promise<void> {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return Math.round(255 * [(x + 0.5) / width, (y + 0.5) / height, 0.5][channel]);
  });
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
}

test.each([
  [100, 100],
  [100, 30],
  [30, 100],
  [30, 30],
  [64, 10],
])("a picture of %i × %i pixels lies in the middle of its 64 × 64, whichever side grows", async (width, height) => {
  const file = join(await temporaryFolder(), "ramp.png");
  await writeRamp(file, width, height);
  for (const kernel of ["linear", "cubic", "lanczos3"] as const) {
    const pixels = await decode(file, { width: 64, height: 64, resize: "squash", kernel });
    const shift = { right: 0, down: 0 };
    // the outermost pixels of a ramp have nothing to grow from
    for (let y = 8; y < 56; y++) {
      for (let x = 8; x < 56; x++) {
        shift.right += pixels[3 * (64 * y + x)] - (255 * (x + 0.5)) / 64;
        shift.down += pixels[3 * (64 * y + x) + 1] - (255 * (y + 0.5)) / 64;
      }
    }
    // a pixel is four levels wide, and libvips alone is two off
    for (const levels of Object.values(shift)) expect(Math.abs(levels / 48 ** 2)).toBeLessThan(0.35);
  }
});

test.runIf(hasPillow).each<[string, number, number, Preset]>([
  ["wide, one side grows", 90, 25, { width: 48, height: 40, resize: "squash", kernel: "lanczos3" }],
  ["tall, one side grows", 20, 200, { width: 48, height: 40, resize: "squash", kernel: "cubic" }],
  ["tiny", 3, 2, { width: 48, height: 40, resize: "squash", kernel: "linear" }],
  ["a single pixel", 1, 1, { width: 16, height: 16, resize: "squash", kernel: "lanczos3" }],
  ["cropped", 30, 50, { width: 40, height: 40, resize: "crop", cropFrom: 48, kernel: "cubic" }],
  ["cropped from a strip", 400, 20, { width: 40, height: 40, resize: "crop", cropFrom: 40, kernel: "linear" }],
  ["padded", 30, 20, { width: 45, height: 60, resize: "pad", kernel: "cubic" }],
  ["made smaller", 150, 140, { width: 48, height: 40, resize: "squash", kernel: "lanczos3" }],
  ["made smaller by little", 50, 43, { width: 48, height: 40, resize: "squash", kernel: "cubic" }],
  ["made smaller and cropped", 190, 120, { width: 40, height: 40, resize: "crop", cropFrom: 48, kernel: "linear" }],
  ["made smaller and padded", 190, 120, { width: 40, height: 40, resize: "pad", kernel: "cubic" }],
  ["decoded smaller, then made smaller", 900, 700, { width: 40, height: 40, resize: "squash", kernel: "lanczos3" }],
])("a scaled picture is Pillow's to a level or two: %s", async (_, width, height, preset) => {
  const folder = await temporaryFolder();
  const file = join(folder, "picture.png");
  const random = new SeededRandom(width * height);
  const noise = Uint8Array.from({ length: 3 * width * height }, () => random.integer(96, 160));
  await sharp(noise, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(file);
  const plain = { ...preset, channels: "rgb", layout: "nhwc", mean: [0, 0, 0], deviation: [1, 1, 1] };
  runPythonFile("reference-preprocessing.py", {
    files: [file],
    preset: plain,
    type: "uint8",
    out: join(folder, "out"),
  });
  const [ours, theirs] = [await decode(file, preset), readFileSync(join(folder, "out"))];
  const differences = [...ours].map((value, i) => Math.abs(value - theirs[i]));
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
  // Pillow rounds between its two passes, and libvips, which makes large ones smaller, takes a shorter way
  expect(mean).toBeLessThan(1);
  expect(Math.max(...differences)).toBeLessThan(8);
});

const REACH = { linear: 1, cubic: 2, lanczos3: 3 };
const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const CURVES = {
  linear: (x: number) => 1 - x,
  cubic: (x: number) => (x < 1 ? 1.5 * x ** 3 - 2.5 * x ** 2 + 1 : -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2),
  lanczos3: (x: number) => sinc(x) * sinc(x / 3),
};

/** Share of each pixel of a side in a place of the scaled one, from the definition. */
function shares(kernel: keyof typeof REACH, side: { start: number; length: number; end: number }, count: number) {
  const widening = Math.max(1, side.length / count);
  return Array.from({ length: count }, (_, place) => {
    const centre = side.start + ((place + 0.5) * side.length) / count;
    const all = Array.from({ length: side.end }, (__, pixel) => {
      const distance = Math.abs(pixel + 0.5 - centre) / widening;
      return distance < REACH[kernel] ? CURVES[kernel](distance) : 0;
    });
    const sum = all.reduce((total, share) => total + share, 0);
    return all.map((share) => share / sum);
  });
}

interface Exact {
  readonly data: readonly number[];
  readonly width: number;
  readonly height: number;
}

/** Lines that are made of others, by the share of each. */
function weighed({ data, width }: Exact, lines: readonly number[][]): Exact {
  const sums = lines.flatMap((line) =>
    Array.from({ length: 3 * width }, (_, i) =>
      line.reduce((sum, share, row) => sum + share * data[3 * width * row + i], 0),
    ),
  );
  return { data: sums, width, height: lines.length };
}

function transposed({ data, width, height }: Exact): Exact {
  const turned = Array.from({ length: 3 * width * height }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    return data[3 * ((pixel % height) * width + Math.floor(pixel / height)) + channel];
  });
  return { data: turned, width: height, height: width };
}

test.each<[string, number, number, Area, number, number]>([
  ["smaller", 90, 70, { left: 0, top: 0, width: 90, height: 70 }, 32, 31],
  ["much smaller", 300, 200, { left: 0, top: 0, width: 300, height: 200 }, 5, 4],
  ["larger", 7, 5, { left: 0, top: 0, width: 7, height: 5 }, 33, 20],
  ["wider and lower", 10, 90, { left: 0, top: 0, width: 10, height: 90 }, 41, 40],
  ["a part, between pixels", 64, 48, { left: 10.3, top: 7.7, width: 31.5, height: 22.25 }, 24, 24],
  ["a single pixel", 1, 1, { left: 0, top: 0, width: 1, height: 1 }, 6, 7],
  ["as it is", 20, 10, { left: 0, top: 0, width: 20, height: 10 }, 20, 10],
])("resample() gives the sums that its kernels define, to a level: %s", (_, width, height, area, wide, high) => {
  const random = new SeededRandom(width + height);
  const data = Uint8Array.from({ length: 3 * width * height }, () => random.integer(0, 256));
  for (const kernel of ["linear", "cubic", "lanczos3"] as const) {
    const columns = shares(kernel, { start: area.left, length: area.width, end: width }, wide);
    const lines = shares(kernel, { start: area.top, length: area.height, end: height }, high);
    const scaled = resample({ data, width, height }, area, { width: wide, height: high }, kernel);
    expect([scaled.width, scaled.height, scaled.data.length]).toEqual([wide, high, 3 * wide * high]);
    const exact = weighed(transposed(weighed(transposed({ data: [...data], width, height }), columns)), lines);
    const worst = Math.max(
      ...exact.data.map((value, i) => Math.abs(scaled.data[i] - Math.min(255, Math.max(0, value)))),
    );
    expect(worst).toBeLessThan(0.6);
  }
});

test("a picture that is scaled again after another one comes out as the first time", () => {
  const random = new SeededRandom(8);
  const picture = (width: number, height: number) => ({
    ...{ width, height },
    data: Uint8Array.from({ length: 3 * width * height }, () => random.integer(0, 256)),
  });
  const [one, other] = [picture(60, 40), picture(200, 300)];
  const whole = { left: 0, top: 0, width: 60, height: 40 };
  const first = resample(one, whole, { width: 16, height: 16 }, "lanczos3");
  resample(other, { ...whole, width: 200, height: 300 }, { width: 300, height: 100 }, "linear");
  expect(resample(one, whole, { width: 16, height: 16 }, "lanczos3")).toEqual(first);
});
