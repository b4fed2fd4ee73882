import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { SeededRandom } from "#base/seeded-random.ts";

/** A picture of coloured blotches, the same for the same seed. */
export function drawPicture(seed: number, { width = 64, height = 48 } = {}): Sharp {
  const random = new SeededRandom(seed);
  const blotches = Array.from({ length: 9 }, () => {
    const fill = `rgb(${random.integer(0, 256)},${random.integer(0, 256)},${random.integer(0, 256)})`;
    const [x, y, side] = [random.integer(-20, 90), random.integer(-20, 90), random.integer(25, 70)];
    return `<rect x="${x}%" y="${y}%" width="${side}%" height="${side}%" fill="${fill}"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${blotches.join("")}</svg>`;
  return sharp(Buffer.from(svg)).flatten({ background: "gray" });
}

/** Writes files under a folder, making the folders between. */
export async function writeFiles(folder: string, files: Record<string, Buffer | string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}
