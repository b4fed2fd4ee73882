import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { mangleTrials } from "./mangle-trials.ts";

test("500 mangled files are understood right or refused, never misread", async () => {
  const { understood, refused, problems } = await mangleTrials(await temporaryFolder(), {
    trials: 500,
    seed: 1,
  });
  expect(problems).toEqual([]);
  expect(understood + refused).toBe(500);
  expect(understood).toBeGreaterThan(150);
});
