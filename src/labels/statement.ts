import { PipelineError } from "#base/pipeline-error.ts";
import type { LabelClaim } from "#labels/label-set.ts";

/** What is said of an image, and in which file. */
export interface Statement {
  readonly claim: LabelClaim;
  readonly file: string;
}

/**
 * What two places say of an image: a class or split that one of them does not know is the other's.
 *
 * @throws PipelineError `settings` naming both places where they differ
 */
export function agreed(earlier: Statement, later: Statement, id: string): Statement {
  const [a, b] = [earlier.claim.label, later.claim.label];
  const differ = (one: string, other: string) => one !== "" && other !== "" && one !== other;
  if (differ(a.label, b.label) || differ(a.split, b.split)) {
    const found = `found ${JSON.stringify(id)} as ${told(later, id)}, after ${told(earlier, id)}`;
    throw new PipelineError("settings", `Cannot use labels: ${found}; expected one label an image: mend one of them`);
  }
  const { claim, file } = a.label === "" && b.label !== "" ? later : earlier;
  return { claim: { ...claim, label: { label: a.label || b.label, split: a.split || b.split } }, file };
}

function told({ claim, file }: Statement, id: string): string {
  const { name, label, place } = claim;
  const named = name === id ? "" : ` by the name ${JSON.stringify(name)}`;
  return `${JSON.stringify(`${label.label},${label.split}`)} in "${file}", ${place}${named}`;
}
