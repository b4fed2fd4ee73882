/** Control characters, line ends, and what turns the direction of writing or cannot be seen at all. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const JOINER = "\u200d";

/**
 * An object id as it may be shown: what cannot be seen is told by its number, so that no two names look alike and none is read backwards.
 * The joiner that emoji are made of stays.
 */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (character) =>
    character === JOINER ? character : `⟨${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}

/** A path's folders with the last slash, and its file name. */
export function pathParts(path: string): readonly [folders: string, name: string] {
  const end = path.lastIndexOf("/") + 1;
  return [visibleText(path.slice(0, end)), visibleText(path.slice(end))];
}
