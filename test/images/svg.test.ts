import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { PictureReader } from "#images/picture-reader.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const LIMITS = { maxPixels: 1e6, maxDecodedBytes: 1e7, maxSeconds: 60, maxMemory: 1000 };
const SPACES = `xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xi="http://www.w3.org/2001/XInclude"`;

function openReader(): PictureReader {
  const reader = new PictureReader(LIMITS, 1);
  onTestFinished(() => reader.close());
  return reader;
}

const svgOf = (content: string) => `<svg ${SPACES} width="20" height="20">${content}</svg>`;
/** The upper half is black; what comes from elsewhere would cover the lower one. */
const HALF = `<rect width="20" height="10"/>`;

/** A folder with a black picture, which an SVG beside it must not show. */
async function folderWithBlack(): Promise<{ folder: string; black: string }> {
  const folder = await temporaryFolder();
  const black = join(folder, "black.png");
  await sharp({ create: { width: 20, height: 20, channels: 3, background: "black" } })
    .png()
    .toFile(black);
  await writeFile(join(folder, "black.svg"), `<rect xmlns="http://www.w3.org/2000/svg" width="20" height="20"/>`);
  await writeFile(join(folder, "black.css"), "svg { background: black } #text { fill: black }");
  return { folder, black };
}

const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Every way to bring something from `base`, a URL or path that ends in "black". */
const waysToLoad = (base: string): string[] => [
  `<image width="20" height="20" xlink:href="${base}.png"/>`,
  `<image width="20" height="20" href="${base}.png"/>`,
  `<image width="20" height="20" href="${base}.svg"/>`,
  `<use xlink:href="${base}.svg#x"/>`,
  `<xi:include href="${base}.svg"/>`,
  `<filter id="f"><feImage href="${base}.png"/></filter><rect width="20" height="20" fill="none" filter="url(#f)"/>`,
  `<style>@import url("${base}.css");</style>`,
  `<pattern id="p" width="1" height="1"><image width="20" height="20" href="${base}.png"/></pattern><rect width="20" height="20" fill="url(#p)"/>`,
];

test("SVG loads nothing from the web", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/black`;
  const { folder } = await folderWithBlack();
  const file = join(folder, "web.svg");
  const entity = `<?xml-stylesheet href="${base}.css"?><!DOCTYPE svg SYSTEM "${base}.dtd" [<!ENTITY black SYSTEM "${base}.svg">]>`;
  await writeFile(file, entity + svgOf(HALF + waysToLoad(base).join("")));
  const { values } = await openReader().gray(file, 20);
  expect(mean(values)).toBeCloseTo(127.5, 0);
  expect(asked).toEqual([]);
});

test("SVG shows no file beside it, by its name or its URL, compressed or not", async () => {
  const { folder, black } = await folderWithBlack();
  const reader = openReader();
  const bases = ["black", "./black", join(folder, "black"), pathToFileURL(join(folder, "black")).href];
  const file = join(folder, "beside.svg");
  for (const svg of bases.flatMap(waysToLoad).map((way) => svgOf(HALF + way))) {
    await writeFile(file, svg);
    expect(mean((await reader.gray(file, 20)).values), svg).toBeCloseTo(127.5, 0);
  }
  const entity = `<!DOCTYPE svg [<!ENTITY black SYSTEM "black.svg">]>${svgOf(`${HALF}&black;`)}`;
  for (const content of [entity, gzipSync(svgOf(HALF + waysToLoad("black").join("")))]) {
    await writeFile(file, content);
    const shown = await reader.gray(file, 20).catch(() => undefined);
    if (shown) expect(mean(shown.values)).toBeCloseTo(127.5, 0);
  }
  // what would be shown without precautions, so that this test can fail
  await writeFile(file, svgOf(HALF + waysToLoad(black.slice(0, -4)).join("")));
  expect(mean(new Uint8Array(await sharp(file).flatten({ background: "white" }).raw().toBuffer()))).toBeLessThan(1);
});

test("SVG is known by its content, whatever stands in front of it and whatever its name", async () => {
  const reader = openReader();
  const file = join(await temporaryFolder(), "picture.jpg");
  const svg = svgOf(HALF);
  const doctype = `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">`;
  const fronts = [
    "",
    "\ufeff",
    " \n\t".repeat(60),
    `<?xml version="1.0"?>\n${doctype}\n`,
    `<!-- ${"x".repeat(500)} -->`,
  ];
  for (const content of [...fronts.map((front) => front + svg), gzipSync(svg)]) {
    await writeFile(file, content);
    expect(mean((await reader.gray(file, 20)).values)).toBeCloseTo(127.5, 0);
  }
});

test("an SVG whose entities would fill the memory is refused", async () => {
  const file = join(await temporaryFolder(), "laughs.svg");
  const names = Array.from({ length: 12 }, (_, i) => `e${i}`);
  const entities = names.map(
    (name, i) => `<!ENTITY ${name} "${i === 0 ? HALF.replaceAll('"', "'") : `&${names[i - 1]};`.repeat(10)}">`,
  );
  await writeFile(file, `<!DOCTYPE svg [${entities.join("")}]>${svgOf("&e11;")}`);
  await expect(openReader().gray(file, 20)).rejects.toMatchObject({
    fault: "content",
    message: expect.stringMatching(/corrupt header: .*amplification/),
  });
});
