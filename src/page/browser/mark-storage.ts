import { DECISIONS } from "#data/decision.ts";
import type { Marks, SavedMarks } from "./marks.ts";

const PREFIX = "twinsift/marks/";
/** Marks of so many reports stay, the latest. */
const MOST_REPORTS = 20;

/** Keeps marks in the browser, each report's under its fingerprint. Where the browser refuses storage all goes on without. */
export class MarkStorage {
  readonly #key: string;
  /** False once the browser has refused: marks then live only as long as the page. */
  isKept = true;

  constructor(fingerprint: string) {
    this.#key = PREFIX + fingerprint;
  }

  load(): SavedMarks | undefined {
    try {
      const saved = JSON.parse(localStorage.getItem(this.#key) ?? "null") as unknown;
      return isSavedMarks(saved) ? saved : undefined;
    } catch {
      this.isKept = storageAnswers();
      return undefined;
    }
  }

  save(marks: Marks, time: number): void {
    try {
      if (marks.count === 0) localStorage.removeItem(this.#key);
      else localStorage.setItem(this.#key, JSON.stringify({ ...marks.toSaved(), time }));
      this.#removeOld();
      this.isKept = true;
    } catch {
      this.isKept = false;
    }
  }

  #removeOld(): void {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && key !== this.#key);
    if (keys.length < MOST_REPORTS) return;
    const times = new Map(keys.map((key) => [key, timeOf(localStorage.getItem(key))]));
    keys.sort((a, b) => (times.get(b) ?? 0) - (times.get(a) ?? 0));
    for (const key of keys.slice(MOST_REPORTS - 1)) localStorage.removeItem(key);
  }
}

function storageAnswers(): boolean {
  try {
    return localStorage.length >= 0;
  } catch {
    return false;
  }
}

function timeOf(saved: string | null): number {
  return Number(/"time":(\d+)/.exec(saved?.slice(-40) ?? "")?.[1] ?? 0);
}

/** What lies in the browser may have been written by anybody who can open a file in it. */
function isSavedMarks(saved: unknown): saved is SavedMarks {
  const marks = (saved as SavedMarks | null)?.marks;
  const decisions: readonly string[] = ["", ...DECISIONS];
  return (
    Array.isArray(marks) &&
    marks.every(
      (mark: unknown) =>
        Array.isArray(mark) &&
        mark.length === 3 &&
        mark.every((part) => typeof part === "string") &&
        decisions.includes(mark[1]),
    )
  );
}
