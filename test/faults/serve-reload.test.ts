import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { reloadTrial } from "./serve-reload.ts";

test("a server whose index is replaced five times under load fails no question, and answers as a new server then", async () => {
  const root = await temporaryFolder();
  const trial = await reloadTrial(root, { images: 30, replacements: 5, clients: 4 });
  expect(trial.problems).toEqual([]);
  expect(trial.answers).toBeGreaterThan(50);
  expect(trial.reloadSeconds).toHaveLength(5);
});
