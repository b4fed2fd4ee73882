import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { randomSequence } from "./random-sequence.ts";

test("after any change of images or threshold a run reports what a fresh run reports", async () => {
  const steps = await randomSequence(await temporaryFolder(), { steps: 6, seed: 1 });
  expect(steps.filter(({ problems }) => problems.length > 0)).toEqual([]);
});
