import { deflateSync } from "node:zlib";
import { drawPicture } from "../support/pictures.ts";
import { crc32 } from "./crc32.ts";

/** A body that is no picture to be decoded, by what it is. */
export type HostilePictures = readonly (readonly [name: string, body: Buffer])[];

/**
 * Bombs, lies and halves.
 *
 * @param secret path of a file that no answer may hold
 */
export async function hostilePictures(secret: string): Promise<HostilePictures> {
  const picture = drawPicture(7, { width: 200, height: 200 });
  const [png, jpeg, webp, gif] = await Promise.all([
    ...[picture.clone().png().toBuffer(), picture.clone().jpeg().toBuffer()],
    ...[picture.clone().webp().toBuffer(), picture.clone().gif().toBuffer()],
  ]);
  const svg = (inner: string, head = "") =>
    Buffer.from(`${head}<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">${inner}</svg>`);
  return [
    ["png of 30,000 × 30,000", bombPng(30_000)],
    ["png that claims to be huge", pngHeader(2 ** 31 - 1, 2 ** 31 - 1)],
    ["gif that claims to be huge", hugeGif(gif)],
    ["svg of nested uses", svg(nestedUses(12))],
    ["svg of nested entities", svg("&z;", nestedEntities(9))],
    ["svg as wide as a planet", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>')],
    [
      "svg with an entity of the disk",
      svg("<text>&x;</text>", `<!DOCTYPE svg [<!ENTITY x SYSTEM "file://${secret}">]>`).subarray(0, -6),
    ],
    ["half a png", png.subarray(0, png.length >> 1)],
    ["a tenth of a jpeg", jpeg.subarray(0, jpeg.length / 10)],
    ["a few bytes of a webp", webp.subarray(0, 30)],
    ["signature of a png", png.subarray(0, 8)],
    ["text", Buffer.from("what is like this?")],
    ["json", Buffer.from('{"image":"data:image/png;base64,AAAA","path":"/etc/passwd"}')],
    ["html", Buffer.from("<!doctype html><script>alert(1)</script>")],
    ["a path", Buffer.from(secret)],
    ["an address", Buffer.from(`file://${secret}`)],
    ["zeros", Buffer.alloc(100_000)],
    ["nothing", Buffer.alloc(0)],
    ["a pdf", Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")],
    [
      "an ImageMagick script",
      Buffer.from(`push graphic-context\nimage over 0,0 0,0 'text:${secret}'\npop graphic-context`),
    ],
    ["a csv of libvips", Buffer.from("1,2,3\n4,5,6\n")],
  ];
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const bytes = Buffer.alloc(typed.length + 8);
  bytes.writeUInt32BE(data.length, 0);
  typed.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(typed), typed.length + 4);
  return bytes;
}

function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // one bit a pixel, gray
  header[8] = 1;
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header)]);
}

/** A whole PNG of one colour: a thousandth of what it decodes to. */
function bombPng(side: number): Buffer {
  const rows = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))));
  return Buffer.concat([pngHeader(side, side), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

/** Screen and frame claim all that they can. */
function hugeGif(gif: Buffer): Buffer {
  const claimed = Buffer.from(gif);
  // the frame's description follows the eight bytes of its control block
  const frame = claimed.indexOf(Buffer.from([0x21, 0xf9, 0x04])) + 8;
  for (const at of [6, 8, frame + 5, frame + 7]) claimed.writeUInt16LE(65_535, at);
  return claimed;
}

/** Ten to the power of `depth` rectangles. */
function nestedUses(depth: number): string {
  let defs = '<g id="u0"><rect width="1" height="1"/></g>';
  for (let i = 1; i <= depth; i++) defs += `<g id="u${i}">${`<use href="#u${i - 1}"/>`.repeat(10)}</g>`;
  return `<defs>${defs}</defs><use href="#u${depth}"/>`;
}

function nestedEntities(depth: number): string {
  let entities = '<!ENTITY a0 "<rect/>">';
  for (let i = 1; i <= depth; i++) entities += `<!ENTITY a${i} "${`&a${i - 1};`.repeat(10)}">`;
  return `<!DOCTYPE svg [${entities}<!ENTITY z "&a${depth};">]>`;
}
