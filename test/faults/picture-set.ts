import { cp, mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { TINY_PRESET, writeTinyModel } from "../support/tiny-model.ts";

/** A folder of images and the settings to run on it. */
export interface PictureSet {
  readonly root: string;
  readonly images: string;
  readonly config: string;
  readonly shardRows: number;
  readonly settings: Readonly<Record<string, unknown>>;
}

const SIZE = { width: 48, height: 36 };

/** File `number` of a drawn set: every sixth is a smaller copy of the one before, every twentieth no picture. */
export async function drawnFile(number: number): Promise<{ name: string; content: Buffer }> {
  const folder = ["red", "green", "blue"][number % 3];
  const name = `${folder}/${String(number).padStart(4, "0")}.jpg`;
  if (number % 20 === 19) return { name, content: Buffer.from(`no picture ${number}`) };
  const isCopy = number % 6 === 5;
  const picture = drawPicture(isCopy ? number - 1 : number, SIZE);
  const content = await (isCopy ? picture.resize(40) : picture).jpeg({ quality: 90 }).toBuffer();
  return { name, content };
}

/** Draws a set of `count` files under root/images, with a tiny model that makes one further view of each. */
export async function drawSet(root: string, options: { count: number; shardRows: number }): Promise<PictureSet> {
  const images = join(root, "images");
  await mkdir(images, { recursive: true });
  for (let number = 0; number < options.count; number++) await addDrawn(images, number);
  const model = join(root, "tiny.onnx");
  await writeTinyModel(model);
  const presets = { tiny: { ...TINY_PRESET, files: ["tiny.onnx"] } };
  return writeSettings(root, { images: ["images"], model, presets, views: ["mirrored"] }, options.shardRows);
}

/** Puts drawn file `number` into a folder. */
export async function addDrawn(images: string, number: number): Promise<void> {
  const { name, content } = await drawnFile(number);
  await writeFiles(images, { [name]: content });
  await makeOld(join(images, name));
}

/** Gives a file a time of long ago: what has only just been written may change once more within the same tick of the clock. */
export async function makeOld(file: string): Promise<void> {
  const when = new Date(Date.UTC(2024, 0, 1));
  await utimes(file, when, when);
}

/** Copies the first `count` photos of a folder under root/images; the model that comes with the program sees them. */
export async function copyPhotos(
  root: string,
  photos: readonly string[],
  options: { shardRows: number; from: string },
): Promise<PictureSet> {
  const images = join(root, "images");
  for (const photo of photos) await addPhoto(images, photo, options.from);
  return writeSettings(root, { images: ["images"] }, options.shardRows);
}

/** Copies one photo, keeping its place under the folder it comes from. */
export async function addPhoto(images: string, photo: string, from: string): Promise<string> {
  const target = join(images, relative(from, photo));
  await mkdir(dirname(target), { recursive: true });
  await cp(photo, target);
  await makeOld(target);
  return target;
}

/** All files under a folder, by path. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The same set with other settings, in a config file of its own. */
export async function withSettings(
  set: PictureSet,
  name: string,
  changes: Record<string, unknown>,
): Promise<PictureSet> {
  const settings = { ...set.settings, ...changes };
  const config = join(set.root, `${basename(name, ".json")}.json`);
  await writeFile(config, JSON.stringify(settings));
  return { ...set, config, settings };
}

/** The same set, whose candidates do not depend on what earlier runs proposed: those of many runs are then those of a fresh one. */
export function rankedAnew(set: PictureSet): Promise<PictureSet> {
  return withSettings(set, "ranked-anew", { select: { line: "anew" } });
}

async function writeSettings(root: string, settings: Record<string, unknown>, shardRows: number): Promise<PictureSet> {
  const set = { root, images: join(root, "images"), config: "", shardRows, settings };
  return withSettings(set, "twinsift", { ...settings, index: { shardRows } });
}

/** Flags of a run on a set. */
export function flagsOf(set: PictureSet, output: string): string[] {
  return ["--config", set.config, "--output", output, "--log-format", "json"];
}
