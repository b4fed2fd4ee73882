import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { drawnFormats } from "./drawn-formats.ts";
import { addMutants, mutantRun } from "./mutant-run.ts";
import { drawSet } from "./picture-set.ts";

const MUTANTS = 60;

test("every broken image is indexed or listed, in bounded memory, and is not decoded again", async () => {
  const set = await drawSet(await temporaryFolder(), { count: 6, shardRows: 10 });
  await addMutants(set, await drawnFormats(), { count: MUTANTS, seed: 1 });
  const run = await mutantRun(set, 60);
  expect(run).toMatchObject({ files: MUTANTS + 6, problems: [] });
  expect(run.peakTreeBytes).toBeLessThan(2 * 2 ** 30);
});
