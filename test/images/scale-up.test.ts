import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { type DecodeOptions, decodeImage } from "#images/decode-image.ts";
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
])("a picture that is enlarged is Pillow's to a level or two: %s", async (_, width, height, preset) => {
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
  // Pillow rounds between its two passes, and libvips takes a shorter way where a side gets much smaller
  expect(mean).toBeLessThan(1);
  expect(Math.max(...differences)).toBeLessThan(8);
});
