import { closest, distance } from "fastest-levenshtein";

/** ` (did you mean "…"?)` for the nearest known name; ready to follow the wrong one. */
export function didYouMean(wrong: string, known: readonly string[]): string {
  return known.length === 0 ? "" : ` (did you mean "${closest(wrong, known)}"?)`;
}

/** The known names that are nearest to a wrong one, nearest first; those that hold it come before all others. */
export function nearestNames(wrong: string, known: readonly string[], count: number): string[] {
  const sought = wrong.toLowerCase();
  const far = (name: string) => (name.toLowerCase().includes(sought) ? 0 : distance(sought, name.toLowerCase()));
  const ranked = known.map((name, i) => ({ name, far: far(name), i }));
  ranked.sort((a, b) => a.far - b.far || a.i - b.i);
  return ranked.slice(0, count).map(({ name }) => name);
}
