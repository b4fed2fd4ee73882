import { PipelineError } from "#base/pipeline-error.ts";

/** Files that begin so are not whole yet; no key has a part that does. */
export const UNFINISHED = ".twinsift-writing-";

/** What could be another place than the text says, on Windows. */
const ODD_ON_WINDOWS = /[\\:]/;

/**
 * The parts of a key, or of what a key may begin with.
 *
 * @throws PipelineError `input` where it is not a relative path of whole parts below the storage, or no text that can be written as UTF-8
 */
export function keyParts(key: string): string[] {
  const parts = referenceParts(key);
  const unfinished = parts.find((part) => part.startsWith(UNFINISHED));
  if (unfinished !== undefined)
    throw refusal(key, `parts that begin with "${UNFINISHED}" are for files that are written`);
  return parts;
}

/**
 * The parts of a shared file's reference: any names that a file can have.
 *
 * @throws PipelineError `input` as `keyParts`
 */
export function referenceParts(reference: string): string[] {
  const parts = reference.split("/");
  for (const part of parts) {
    if (part === "") throw refusal(reference, "it has an empty part");
    if (part === "." || part === "..") throw refusal(reference, `it has the part "${part}"`);
    if (part.includes("\0")) throw refusal(reference, "it has a NUL character");
    if (process.platform === "win32" && ODD_ON_WINDOWS.test(part))
      throw refusal(reference, `the part ${JSON.stringify(part)} is no name of a file on Windows`);
  }
  if (Buffer.from(reference).toString() !== reference) throw refusal(reference, "it has half a character");
  return parts;
}

function refusal(key: string, found: string): PipelineError {
  const advice = 'expected parts below the storage with "/" between them, as in "fleet/results/name"';
  return new PipelineError("input", `${JSON.stringify(key)} cannot be a key of a storage: ${found}; ${advice}`);
}
