import { messageOf } from "#base/pipeline-error.ts";

/**
 * What a picture could not be read for: its `content`, which fails again until the file changes, or `circumstances`, which may be
 * over the next time: the file is gone, locked or on a disk that does not answer, or the machine has run out of something.
 */
export type Fault = "content" | "circumstances";

/** A picture that cannot be decoded; the message says why, without its path. */
export class UnreadablePicture extends Error {
  override readonly name = "UnreadablePicture";
  readonly fault: Fault;

  constructor(fault: Fault, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.fault = fault;
  }
}

/** An error of the file system: those of libvips and sharp have no code. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).errno === "number";
}

/** libvips puts the path in front of some reasons and says some twice; reports name the image by its id. */
export function reasonOf(error: unknown, path: string): string {
  const reason = messageOf(error);
  if (isSystemError(error)) return reason.replace(/, \w+( '.*)?$/s, "");
  // bytes or path: it is the same file
  const ofFile = reason.replace("Input buffer", "Input file").replaceAll("_buffer: ", ": ").replaceAll("source: ", "");
  const parts = ofFile.replaceAll(`${path}: `, "").replaceAll(path, "the file");
  // where a broken TIFF sends its reader is not the same in every run
  const steady = parts.replaceAll(/(bad seek| to file position)( to)? -?\d+/g, "$1");
  // nor is which of several threads meets the end of a broken HEIF or AVIF first
  const same = steady.replaceAll(
    /(heif: Invalid input): (Unspecified: Bitstream|Unexpected end of file)[^;]*(; \(\d+\.\d+\))*/g,
    "$1",
  );
  return [...new Set(same.split("; "))].join("; ");
}
