import { serveProcess } from "#base/serve-process.ts";
import { decodeGray } from "#images/decode-gray.ts";
import { type DecodeOptions, decodeImage } from "#images/decode-image.ts";
import { findFault } from "#images/find-fault.ts";
import { hashPixels } from "#images/hash-pixels.ts";
import type { PictureLimits } from "#images/open-picture.ts";
import type { Fault } from "#images/unreadable-picture.ts";

/** What became of a picture; errors lose their fields on the way to another process. */
export type Outcome<T> = { readonly found: T } | { readonly fault: Fault; readonly reason: string };

interface Request {
  readonly path: string;
  readonly limits: PictureLimits;
}

const handlers = {
  decode: ({ path, limits, options }: Request & { readonly options: DecodeOptions }) =>
    outcome(path, decodeImage(path, options, limits)),
  gray: ({ path, limits, side }: Request & { readonly side: number }) => outcome(path, decodeGray(path, side, limits)),
  hashPixels: ({ path, limits }: Request) => outcome(path, hashPixels(path, limits)),
};

export type PictureHandlers = typeof handlers;
serveProcess(handlers);

async function outcome<T>(path: string, reading: Promise<T>): Promise<Outcome<T>> {
  try {
    return { found: await reading };
  } catch (error) {
    const { fault, message } = await findFault(error, path);
    return { fault, reason: message };
  }
}
