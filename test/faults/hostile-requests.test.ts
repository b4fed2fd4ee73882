import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { hostileTrials } from "./hostile-trials.ts";

test("hostile requests are refused with a clear 4xx, tell nothing of the disk and leave the server as it was", async () => {
  const { problems, residentMegabytes, statuses } = await hostileTrials(await temporaryFolder(), 312, 1);
  expect(problems).toEqual([]);
  const [before, after] = residentMegabytes;
  expect(after - before).toBeLessThan(64);
  expect(Object.keys(statuses).length).toBeGreaterThan(8);
});
