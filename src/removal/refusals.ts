import { PipelineError } from "#base/pipeline-error.ts";
import { quotedName } from "#terminal/quoted-name.ts";

const MOST_NAMED = 20;

/** Why nothing is done: gathered, so that a person learns of all at once. */
export class Refusals {
  readonly #lines: string[] = [];

  /** @param path where the image lies; undefined where that is not known */
  add(id: string, path: string | undefined, reason: string): void {
    this.#lines.push(`${quotedName(id)}${path === undefined ? "" : ` (${quotedName(path)})`} ${reason}`);
  }

  /** @throws PipelineError `input` naming the first twenty, where there is any */
  throwIfAny(): void {
    const count = this.#lines.length;
    if (count === 0) return;
    const more = count > MOST_NAMED ? `; and ${count - MOST_NAMED} more` : "";
    const named = this.#lines.slice(0, MOST_NAMED).join("; ");
    throw new PipelineError("input", `Refused, nothing was done: ${named}${more} (${count} in all)`);
  }
}
