import { open } from "node:fs/promises";

const FIRST_BYTES = 64;

/** What stands where in files of each format, as latin1, and what their names usually end in. */
const MARKS: readonly (readonly [offset: number, mark: string, ending: string])[] = [
  [0, "\xff\xd8\xff", "jpg"],
  [0, "\x89PNG\r\n\x1a\n", "png"],
  [0, "GIF8", "gif"],
  [8, "WEBP", "webp"],
  [0, "II*\0", "tif"],
  [0, "MM\0*", "tif"],
  [0, "II+\0", "tif"],
  [0, "MM\0+", "tif"],
  [4, "ftypavi", "avif"],
  [4, "ftyp", "heic"],
  [4, "JXL ", "jxl"],
  [0, "\xff\x0a", "jxl"],
  [4, "jP  ", "jp2"],
  [0, "\xff\x4f\xff\x51", "jp2"],
  [0, "<", "svg"],
];

/** What the name of a picture's file should end in, by its first bytes; `img` where they tell nothing. */
export async function fileEnding(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_BYTES), 0, FIRST_BYTES, 0);
    const start = buffer.toString("latin1", 0, bytesRead);
    return MARKS.find(([offset, mark]) => start.startsWith(mark, offset))?.[2] ?? "img";
  } finally {
    await file.close();
  }
}
