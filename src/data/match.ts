/** How two images of a pair resemble each other, strongest first. */
export const MATCHES = ["same-bytes", "same-pixels", "copy", "similar"] as const;

/**
 * `same-bytes`: equal files. `same-pixels`: equal pictures in different files. `copy`: one is the other after cropping, framing, mirroring,
 * masking, writing or recolouring, which laying them over each other shows. `similar`: near by their features alone.
 */
export type Match = (typeof MATCHES)[number];

/** Whether a match is at least as strong as another. */
export function isAtLeast(match: Match, least: Match): boolean {
  return MATCHES.indexOf(match) <= MATCHES.indexOf(least);
}
