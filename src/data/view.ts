/** Ways to see a picture besides as it stands; each gives it one vector more, `corners` four. */
export const VIEWS = ["mirrored", "trimmed", "centre", "corners"] as const;

export type View = (typeof VIEWS)[number];

/** How many vectors a list of views gives a picture besides its own. */
export function viewCount(views: readonly View[]): number {
  return views.reduce((count, view) => count + (view === "corners" ? 4 : 1), 0);
}
