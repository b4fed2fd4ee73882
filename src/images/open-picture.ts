import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import sharp, { type Metadata, type Sharp } from "sharp";
import { UnreadablePicture } from "#images/unreadable-picture.ts";

/** Larger pictures are not decoded, so that a decompression bomb cannot fill the memory. */
export interface PictureLimits {
  readonly maxPixels: number;
  /** Width × height × channels × bytes a sample. */
  readonly maxDecodedBytes: number;
}

/** A file whose header was read. */
export interface OpenPicture {
  /** Size of the upright picture, in pixels. */
  readonly width: number;
  readonly height: number;
  /** A new pipeline that decodes it. */
  decode(): Sharp;
}

// the concurrency is one level up, a picture a process: threads within a picture would only compete
sharp.concurrency(1);
// no picture is opened twice
sharp.cache(false);

// What this build of libvips reads, and nothing that another may bring, such as ImageMagick's or PDF's. SVG is read from bytes only: with
// a path librsvg knows a folder, and puts pictures and texts of it into the picture.
const FORMATS = ["Jpeg", "Uhdr", "Png", "Webp", "Tiff", "Nsgif", "Heif", "Jp2k", "Jxl", "Vips"];
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    ...FORMATS.flatMap((format) => [`VipsForeignLoad${format}File`, `VipsForeignLoad${format}Buffer`]),
    "VipsForeignLoadSvgBuffer",
  ],
});

const BYTES_A_SAMPLE: Readonly<Record<string, number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
  complex: 8,
  double: 8,
  dpcomplex: 16,
};

/**
 * Reads the header of a picture. Of an animation or a document the first page is taken.
 *
 * @param file path, or the bytes of a file
 * @throws UnreadablePicture when it is larger than the limits; Error with libvips' reason; the file system's error
 */
export async function openPicture(file: string | Uint8Array, limits: PictureLimits): Promise<OpenPicture> {
  const input = typeof file === "string" ? readPicture(file) : file;
  // the limit is checked here, as sharp's own message does not tell the size
  const header = await sharp(input, { failOn: "error", limitInputPixels: false }).metadata();
  checkLimits(header, limits);
  const { width, height } = header.autoOrient;
  return { width, height, decode: () => decoder(input, limits.maxPixels) };
}

/** A pipeline that fails for what is damaged beyond a little, and for more pixels. */
export function decoder(input: string | Uint8Array, maxPixels: number): Sharp {
  return sharp(input, { failOn: "error", limitInputPixels: maxPixels });
}

function checkLimits({ width, height, channels, depth }: Metadata, { maxPixels, maxDecodedBytes }: PictureLimits) {
  const pixels = width * height;
  if (pixels > maxPixels) throw new UnreadablePicture("content", tooMany(pixels, maxPixels));
  const bytes = pixels * channels * (BYTES_A_SAMPLE[depth] ?? 16);
  if (bytes > maxDecodedBytes) throw new UnreadablePicture("content", tooLarge(bytes, maxDecodedBytes));
}

function tooMany(pixels: number, most: number): string {
  return `the picture has ${above(pixels / 1e6)} megapixels, at most ${below(most / 1e6)} are decoded`;
}

function tooLarge(bytes: number, most: number): string {
  return `the decoded picture would take ${above(bytes / 2 ** 20)} MB, at most ${below(most / 2 ** 20)}`;
}

// rounded apart, so that what passes a limit does not look equal to it
const above = (value: number) => Math.ceil(100 * value) / 100;
const below = (value: number) => Math.floor(100 * value) / 100;

const SNIFFED_BYTES = 64;

/** A file of this size is read at once, which takes a third less time than letting each decoder ask whether it knows the file. */
const READ_BYTES = 2 ** 26;

/** What sharp is given: the bytes, or the path of what is large, unless it may be SVG. */
export function readPicture(path: string): string | Buffer {
  // a pipe in the place of a file would else be waited for
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new UnreadablePicture("circumstances", "not a regular file");
    if (status.size > 0 && status.size <= READ_BYTES) {
      const bytes = readFileSync(file);
      return isOfVips(bytes) ? path : bytes;
    }
    const start = Buffer.alloc(SNIFFED_BYTES);
    const length = readSync(file, start, 0, SNIFFED_BYTES, 0);
    return mayBeSvg(start.subarray(0, length)) ? readFileSync(file) : path;
  } finally {
    closeSync(file);
  }
}

/** libvips' own format, which it only reads from files. */
function isOfVips(bytes: Buffer): boolean {
  const magic = bytes.subarray(0, 4).toString("hex");
  return magic === "08f2a6b6" || magic === "b6a6f208";
}

/** Text that begins with a tag, or something compressed with gzip. A path is never read as SVG, so that no safety hangs on this. */
function mayBeSvg(start: Buffer): boolean {
  if (start[0] === 0x1f && start[1] === 0x8b) return true;
  if (start.length === 0) return false;
  const text = start
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart();
  return text.startsWith("<") || text === "";
}
