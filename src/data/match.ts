import type { ImageRecord } from "#data/image-record.ts";

/** How two images of a pair resemble each other, strongest first. */
export type Match = "same-bytes" | "similar";

export function matchOf(a: ImageRecord, b: ImageRecord): Match {
  return a.sha256 !== "" && a.sha256 === b.sha256 ? "same-bytes" : "similar";
}
