import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawPicture, writeFiles } from "./pictures.ts";
import { TINY_PRESET, writeTinyModel } from "./tiny-model.ts";

/** Names that would set `window.ran`, if anything ran them, and names that break addresses, selectors and the eye. */
export const HARD_IDS = [
  "<img src=x onerror=window.ran=1>.png",
  '"><script>window.ran=1</script>.png',
  "javascript:window.ran=1/<svg onload=window.ran=1>.png",
  "');window.ran=1;('.png",
  'quo"te, comma.png',
  "new\nline\r.png",
  "a\u2028b.png",
  "\u202egpj.exe.png",
  "שלום/صورة.png",
  "🐟 fish.png",
  "=cmd().png",
  "007.png",
  "100%25?b=#c.png",
  "back\\slash.png",
] as const;

/** Copies of three of the images, each a file of its own. */
export const COPIES: ReadonlyMap<string, string> = new Map([
  ["copies/<svg onload=window.ran=1>.jpg", HARD_IDS[0]],
  ['copies/"small, 2".jpg', "trip/photo 0.png"],
  ["copies/repost.jpg", "trip/photo 1.png"],
]);

const TRIP = Array.from({ length: 28 }, (_, i) => `trip/photo ${i}.png`);
/** A quarter of the trip has labels: what is unlike these is a candidate. */
const LABELED = TRIP.filter((_, i) => i % 4 === 3);

export interface HardDataSet {
  readonly images: string;
  /** Flags of a run over it. */
  readonly flags: readonly string[];
}

/** Draws 45 images, three of them copies of others, with labels and a config that names a tiny model. */
export async function makeHardDataSet(root: string): Promise<HardDataSet> {
  const images = join(root, "images");
  const ids = [...HARD_IDS, ...TRIP];
  const files = ids.map(async (id, seed) => [id, await pictureOf(seed).png().toBuffer()] as const);
  const copies = [...COPIES].map(async ([copy, id]) => [copy, await copyOf(ids.indexOf(id))] as const);
  await mkdir(root, { recursive: true });
  await writeFiles(images, Object.fromEntries(await Promise.all([...files, ...copies])));
  await writeTinyModel(join(root, "tiny.onnx"));
  await writeFile(join(root, "labels.csv"), ["path,label", ...LABELED.map((id) => `${id},trip`)].join("\n"));
  const settings = {
    images: ["images"],
    labels: ["labels.csv"],
    model: "tiny.onnx",
    presets: { tiny: { ...TINY_PRESET, files: ["tiny.onnx"] } },
  };
  const config = join(root, "twinsift.json");
  await writeFile(config, JSON.stringify(settings));
  return { images, flags: ["--config", config, "--output", join(root, "out"), "--quiet"] };
}

/** A smaller JPEG of the image that was drawn as this one in turn: trip/photo 0 is the first after the hard names. */
export function copyOf(seed: number): Promise<Buffer> {
  return pictureOf(seed).resize(120).jpeg({ quality: 85 }).toBuffer();
}

function pictureOf(seed: number) {
  return drawPicture(seed + 300, { width: 160, height: 120 });
}
