import { writeBytes } from "#base/byte-shelf.ts";
import { INHERITED_FILE, serveProcess } from "#base/serve-process.ts";
import { decodeGray } from "#images/decode-gray.ts";
import { type DecodedImage, type DecodeOptions, decodeImage } from "#images/decode-image.ts";
import { encodeThumbnail } from "#images/encode-thumbnail.ts";
import { findFault } from "#images/find-fault.ts";
import { hashPixels } from "#images/hash-pixels.ts";
import type { PictureLimits } from "#images/open-picture.ts";
import type { Fault } from "#images/unreadable-picture.ts";

/** A decoded picture whose pixels lie on a shelf. */
export interface ShelvedImage {
  /** Its place there, to be given back. */
  readonly place: number;
  /** Where the pixels lie, by the offset of the first; see `DecodedImage`. */
  readonly pixels: number;
  readonly views: readonly (number | undefined)[];
  readonly width: number;
  readonly height: number;
}

/** What became of a picture; errors lose their fields on the way to another process. */
export type Outcome<T> = { readonly found: T } | { readonly fault: Fault; readonly reason: string };

interface Request {
  readonly path: string;
  readonly limits: PictureLimits;
}

const handlers = {
  decode: ({ path, limits, options }: Request & { readonly options: DecodeOptions }) =>
    outcome(path, decodeImage(path, options, limits)),
  shelve: ({ path, limits, options, place }: Request & { readonly options: DecodeOptions; readonly place: number }) =>
    outcome(
      path,
      decodeImage(path, options, limits).then((decoded) => shelve(decoded, place)),
    ),
  gray: ({ path, limits, side }: Request & { readonly side: number }) => outcome(path, decodeGray(path, side, limits)),
  thumbnail: ({ path, limits, side }: Request & { readonly side?: number }) =>
    outcome(path, encodeThumbnail(path, limits, side)),
  hashPixels: ({ path, limits }: Request) => outcome(path, hashPixels(path, limits)),
};

export type PictureHandlers = typeof handlers;
serveProcess(handlers);

/** Lays the pixels of a picture and of its views on the inherited shelf, one after the other, and says where they lie. */
function shelve({ pixels, views, width, height }: DecodedImage, place: number): Omit<ShelvedImage, "place"> {
  let end = place;
  const put = (bytes: Uint8Array) => {
    writeBytes(INHERITED_FILE, bytes, end);
    end += bytes.length;
    return end - bytes.length;
  };
  return { width, height, pixels: put(pixels), views: views.map((view) => view && put(view)) };
}

async function outcome<T>(path: string, reading: Promise<T>): Promise<Outcome<T>> {
  try {
    return { found: await reading };
  } catch (error) {
    const { fault, message } = await findFault(error, path);
    return { fault, reason: message };
  }
}
