import type { UnreadableImage } from "#data/image-record.ts";

/** A file whose content is at fault: it is passed over until it changes. */
export interface UnreadableFile extends UnreadableImage {
  readonly bytes: number;
  /** When it was written last, ms since 1970. */
  readonly modified: number;
  /** Of the limits that it was held against: others may let it pass. */
  readonly limits: string;
}
