import type { Decision } from "#data/decision.ts";

export type KeyCommand =
  | Decision
  | "clear"
  | "accept"
  | "details"
  | "undo"
  | "search"
  | "help"
  | "next"
  | "previous"
  | "next-item"
  | "previous-item"
  | "next-page"
  | "previous-page";

/** A key press as far as commands depend on it. */
interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const ANYWHERE: Readonly<Record<string, KeyCommand>> = {
  "/": "search",
  "?": "help",
  j: "next",
  h: "previous",
  z: "undo",
  "[": "previous-page",
  "]": "next-page",
};

const ON_CARD: Readonly<Record<string, KeyCommand>> = {
  ArrowRight: "next",
  ArrowLeft: "previous",
  ArrowDown: "next-item",
  ArrowUp: "previous-item",
  k: "keep",
  d: "drop",
  n: "not-duplicate",
  u: "clear",
  a: "accept",
  i: "details",
};

/**
 * What a key asks for; undefined where it belongs to the browser. Arrows scroll as they always do until an image has the focus.
 *
 * @param isOnCard whether an image has the focus
 */
export function commandOf({ key, ctrlKey, metaKey, altKey }: KeyPress, isOnCard: boolean): KeyCommand | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  const name = key.length === 1 ? key.toLowerCase() : key;
  return (isOnCard ? ON_CARD[name] : undefined) ?? ANYWHERE[name];
}
