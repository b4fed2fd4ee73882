import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { removalTrials } from "./removal-trials.ts";

test("an apply that is killed loses nothing, and an undo brings back every file as it was, however often it is killed too", async () => {
  const trials = await removalTrials(await temporaryFolder(), { trials: 8, seed: 1 });
  expect(trials.filter(({ problems }) => problems.length > 0)).toEqual([]);
  expect(trials.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThanOrEqual(4);
});
