import { crc32 } from "./crc32.ts";
import type { ImageBytes } from "./mutate-image.ts";

/** The same file with another width and height in its header; where none is found, the file as it is. */
export function claimSize({ format, content }: ImageBytes, width: number, height: number): Buffer {
  const changed = Buffer.from(content);
  try {
    CLAIMS[format]?.(changed, width, height);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // a file that was broken before ends too early
  }
  return format === "svg" ? claimInText(content, width, height) : changed;
}

const CLAIMS: Readonly<Record<string, (file: Buffer, width: number, height: number) => void>> = {
  png(file, width, height) {
    if (file.toString("latin1", 12, 16) !== "IHDR") return;
    file.writeUInt32BE(width >>> 0, 16);
    file.writeUInt32BE(height >>> 0, 20);
    file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  },
  jpg(file, width, height) {
    let at = 2;
    while (at + 9 < file.length && file[at] === 0xff) {
      const marker = file[at + 1];
      const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
      if (isFrame) {
        file.writeUInt16BE(height & 0xffff, at + 5);
        file.writeUInt16BE(width & 0xffff, at + 7);
        return;
      }
      at += 2 + file.readUInt16BE(at + 2);
    }
  },
  gif(file, width, height) {
    file.writeUInt16LE(width & 0xffff, 6);
    file.writeUInt16LE(height & 0xffff, 8);
    const image = file.indexOf(0x2c, 13);
    if (image < 0 || image + 9 > file.length) return;
    file.writeUInt16LE(width & 0xffff, image + 5);
    file.writeUInt16LE(height & 0xffff, image + 7);
  },
  webp(file, width, height) {
    const kind = file.toString("latin1", 12, 16);
    if (kind === "VP8 ") {
      file.writeUInt16LE(width & 0x3fff, 26);
      file.writeUInt16LE(height & 0x3fff, 28);
    } else if (kind === "VP8L") {
      file.writeUInt32LE(((((height - 1) & 0x3fff) << 14) | ((width - 1) & 0x3fff)) >>> 0, 21);
    } else if (kind === "VP8X") {
      file.writeUIntLE((width - 1) & 0xff_ffff, 24, 3);
      file.writeUIntLE((height - 1) & 0xff_ffff, 27, 3);
    }
  },
  tiff(file, width, height) {
    if (file.toString("latin1", 0, 2) !== "II") return;
    const directory = file.readUInt32LE(4);
    for (let entry = 0; entry < file.readUInt16LE(directory); entry++) {
      const at = directory + 2 + 12 * entry;
      const value = { 256: width, 257: height }[file.readUInt16LE(at)];
      if (value === undefined) continue;
      file.writeUInt16LE(4, at + 2);
      file.writeUInt32LE(value >>> 0, at + 8);
    }
  },
  avif(file, width, height) {
    const box = file.indexOf("ispe");
    if (box < 0) return;
    file.writeUInt32BE(width >>> 0, box + 8);
    file.writeUInt32BE(height >>> 0, box + 12);
  },
};

function claimInText(content: Buffer, width: number, height: number): Buffer {
  const text = content.toString().replace(/width="\d+"/, `width="${width}"`);
  return Buffer.from(text.replace(/height="\d+"/, `height="${height}"`));
}
