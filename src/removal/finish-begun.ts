import { type CarriedOut, type CarryOutOptions, carryOut } from "./carry-out.ts";
import { latestJournal, type RemovalJournal } from "./removal-journal.ts";
import { type TakenBack, takeBack } from "./take-back.ts";

/** What an earlier process had begun, and how it ended now. */
export type FinishedJournal = { readonly journal: RemovalJournal } & (
  | { readonly applied: CarriedOut }
  | { readonly undone: TakenBack }
);

/**
 * Finishes the apply or undo that a killed or interrupted process left, if there is one.
 *
 * @param folder of the journals
 */
export async function finishBegun(folder: string, options: CarryOutOptions): Promise<FinishedJournal | undefined> {
  const journal = await begunJournal(folder);
  if (!journal) return undefined;
  try {
    if (journal.state === "begun") return { journal, applied: await carryOut(journal, true, options) };
    return { journal, undone: await takeBack(journal, { ...options, tell: () => undefined }) };
  } finally {
    await journal.close();
  }
}

/** The journal of an apply or undo that did not come to its end. */
export function begunJournal(folder: string): Promise<RemovalJournal | undefined> {
  return latestJournal(folder, (state) => state === "begun" || state === "undoing");
}
