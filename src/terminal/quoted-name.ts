// what JSON leaves as it is though terminals take it for a command, or for an order of the text
const UNSEEN = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A name in quotes that stays in its line and moves no cursor, whatever is in it; JSON.parse gives it back. */
export function quotedName(name: string): string {
  const asEscape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(name).replace(UNSEEN, asEscape);
}
