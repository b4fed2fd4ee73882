import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawPicture, writeFiles } from "./pictures.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { TINY_PRESET, writeTinyModel } from "./tiny-model.ts";

export interface MadeDataSet {
  readonly root: string;
  readonly images: string;
  readonly config: string;
}

/** Names that break spreadsheets, shells and sloppy code, as people and scrapers make them. */
export const HARD_NAMES = [
  "=cmd().png",
  "+1.png",
  "🐟 fish.png",
  'quo"te, comma.png',
  "new\nline.png",
  "名前/図.png",
  "ｆ.png",
  "007.png",
];

/**
 * Twelve pictures of their own; three have copies: the same bytes, smaller, and a chain of two small crops. Two files are no
 * pictures. With a config that names a tiny model.
 */
export async function makeDataSet(): Promise<MadeDataSet> {
  const root = await temporaryFolder();
  const images = join(root, "images");
  const files: Record<string, Buffer | string> = { "broken.jpg": "no picture", "notes.txt": "a text" };
  for (const [i, name] of HARD_NAMES.entries())
    files[name] = await drawPicture(i + 1)
      .png()
      .toBuffer();
  for (let i = 0; i < 4; i++)
    files[`plain/${i}.jpg`] = await drawPicture(i + 50)
      .jpeg({ quality: 90 })
      .toBuffer();
  files["copies/repost.jpg"] = files["plain/0.jpg"];
  files["copies/small.jpg"] = await drawPicture(51).resize(40).jpeg({ quality: 80 }).toBuffer();
  await writeFiles(images, files);
  const config = join(root, "twinsift.json");
  await writeTinyModel(join(root, "tiny.onnx"));
  const settings = {
    images: ["images"],
    model: "tiny.onnx",
    presets: { tiny: { ...TINY_PRESET, files: ["tiny.onnx"] } },
  };
  await writeFile(config, JSON.stringify(settings));
  return { root, images, config };
}
