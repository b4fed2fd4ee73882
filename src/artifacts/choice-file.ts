import type { FileRecord } from "#artifacts/index-record.ts";
import { readChecked } from "#artifacts/read-checked.ts";
import type { ChoiceHistory } from "#data/choice-history.ts";

/** Counts of members, choices and rows, then the arrays, little-endian as all machines that Node.js runs on are. */
export function choiceBytes({ members, choices, starts, rows, squared }: ChoiceHistory): Uint8Array[] {
  const counts = Uint32Array.of(members.length, choices.length, rows.length);
  return [counts, members, choices, starts, rows, squared].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
}

export async function readChoices(folder: string, file: FileRecord): Promise<ChoiceHistory> {
  const bytes = await readChecked(folder, file);
  let at = 0;
  const take = (length: number) => {
    // copied, as typed arrays want an aligned start
    const part = new Uint8Array(bytes.subarray(at, at + length)).buffer;
    at += length;
    return part;
  };
  const [members, choices, rows] = new Uint32Array(take(12));
  return {
    members: new Uint32Array(take(4 * members)),
    choices: new Uint32Array(take(4 * choices)),
    starts: new Uint32Array(take(4 * (choices + 1))),
    rows: new Uint32Array(take(4 * rows)),
    squared: new Float64Array(take(8 * rows)),
  };
}
