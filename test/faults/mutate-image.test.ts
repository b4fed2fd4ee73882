import sharp from "sharp";
import { expect, test } from "vitest";
import { claimSize } from "./claim-size.ts";
import { drawnFormats } from "./drawn-formats.ts";
import { mutants } from "./mutate-image.ts";

test("the same seed breaks files in the same way, another seed in another, and the originals stay", async () => {
  const bases = await drawnFormats();
  const before = bases.map(({ content }) => content.toString("base64"));
  const broken = (seed: number) => [...mutants(bases, 60, seed)].map(({ content }) => content.toString("base64"));
  const first = broken(1);
  expect(broken(1)).toEqual(first);
  expect(broken(2)).not.toEqual(first);
  expect(bases.map(({ content }) => content.toString("base64"))).toEqual(before);
  expect(first.filter((content) => before.includes(content)).length).toBeLessThan(5);
});

test("a claimed size is what a decoder reads from the header", async () => {
  for (const image of await drawnFormats()) {
    const claimed = await sharp(claimSize(image, 200, 100)).metadata();
    expect({ format: image.format, width: claimed.width, height: claimed.height }).toEqual({
      format: image.format,
      width: 200,
      height: 100,
    });
  }
});
