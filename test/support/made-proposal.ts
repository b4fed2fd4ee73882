import fc from "fast-check";
import type { ProposedImage } from "#exports/proposal.ts";

/** Object ids that break quoting, escaping, lists and guesses at types. */
export const HARD_IDS = [
  "plain/a.jpg",
  "=cmd().png",
  "new\nline.png",
  "carriage\rreturn.png",
  "separator\u2028next\u0085line.png",
  "bell\u0007.png",
  "<script>&amp;]]>.png",
  "quo\"te's, comma.png",
  "back\\slash.png",
  "007.png",
  "1e5",
  "null",
  "🐟 fish.png",
  "名前/図.png",
  " lead and trail .png",
  "100%25?d=..#x&y+z.png",
  "..hidden/.png",
  "tab\tname.png",
];

/** Names of classes that a careless writer turns into something else. */
export const HARD_CLASSES = [
  "\u0001 control",
  " ",
  " lead",
  '"quoted"',
  "# comment",
  "$image",
  "0x10",
  "1_000",
  "<Choice/>",
  "=cmd()",
  "a: b",
  "carriage\rreturn",
  "back\\slash",
  "delete\u007f",
  "new\nline",
  "null",
  "yes",
  "~",
  "\u0085",
  "é",
  "\u2028",
  "名前",
  "\ufeffmark",
  "\ufffe",
  "🐟",
  "👩\u200d🔬",
];

/** Names of any characters at all. */
export const RANDOM_NAMES = [
  ...new Set(fc.sample(fc.string({ unit: "binary", minLength: 1, maxLength: 12 }), { seed: 9, numRuns: 500 })),
];

/** Candidates with these object ids, best first; each but the first is in a group, and knows a nearest labeled and chosen image. */
export function madeImages(ids: readonly string[]): ProposedImage[] {
  return ids.map((path, i) => ({
    rank: i + 1,
    path,
    nearest_labeled_path: i === 0 ? null : "labeled/\u0007<é>.jpg",
    nearest_labeled_distance: i === 0 ? null : i,
    nearest_chosen_path: i === 0 ? null : ids[0],
    nearest_chosen_distance: i === 0 ? null : 0.1 + i,
    coverage_radius: 2,
    group_id: i === 0 ? "" : `g-${i}`,
    group_size: i + 1,
    width: 640 + i,
    height: 480,
    bytes: 1000 + i,
    sha256: String(i).padStart(64, "0"),
    decision: "",
    note: "",
    file: `/photos of me/${path}`,
  }));
}

/** Those texts that hold none of some characters. */
export function without(texts: readonly string[], characters: string): string[] {
  return texts.filter((text) => ![...characters].some((character) => text.includes(character)));
}

/** The whole content of a file. */
export function textOf(content: Iterable<string> | undefined): string {
  if (content === undefined) throw new Error("There is no such file");
  return [...content].join("");
}
