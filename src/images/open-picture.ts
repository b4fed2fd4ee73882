import { createRequire } from "node:module";
import type { Sharp, default as SharpOf } from "sharp";

let loaded: typeof SharpOf | undefined;

/**
 * Opens a picture file; what sharp is then told to do with it happens when the result is asked for. Slightly damaged files are read,
 * truncated ones not.
 *
 * @param maxPixels pictures of more pixels are refused
 */
export function openPicture(path: string, maxPixels: number): Sharp {
  loaded ??= load();
  return loaded(path, { failOn: "error", limitInputPixels: maxPixels });
}

/** Loaded with the first picture, as it takes half as long as Node.js needs to start, and a run may have nothing to decode. */
function load(): typeof SharpOf {
  const sharp: typeof SharpOf = createRequire(import.meta.url)("sharp");
  // the concurrency is one level up, a picture a task: threads within a picture would only compete
  sharp.concurrency(1);
  // no picture is opened twice
  sharp.cache(false);
  return sharp;
}
