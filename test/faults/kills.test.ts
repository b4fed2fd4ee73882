import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { killTrials } from "./kill-trials.ts";
import { drawSet } from "./picture-set.ts";

test("a run that follows a killed one ends with the reports of a run that was never killed, and makes nothing again", async () => {
  const set = await drawSet(await temporaryFolder(), { count: 60, shardRows: 10 });
  const trials = await killTrials(set, { trials: 4, seed: 1 });
  expect(trials.filter(({ problems }) => problems.length > 0)).toEqual([]);
  expect(trials.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThanOrEqual(2);
});
