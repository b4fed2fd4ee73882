/** What browsers show as a picture, by how a file begins. */
const BEGINNINGS: readonly [type: string, begins: RegExp][] = [
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/png", /^\x89PNG\r\n.\n/s],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF.{4}WEBP/s],
  ["image/avif", /^.{4}ftypavi[fs]/s],
  ["image/bmp", /^BM.{4}\0\0\0\0/s],
  ["image/svg+xml", /^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->).)*-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/s],
];

/** Bytes that tell the type. */
export const TELLING_BYTES = 1024;

/** The media type of a picture that browsers show; undefined for everything else. */
export function pictureType(start: Buffer): string | undefined {
  const text = start.toString("latin1");
  return BEGINNINGS.find(([, begins]) => begins.test(text))?.[0];
}
