import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { drawSet, flagsOf } from "./picture-set.ts";
import { runPipelineProcess } from "./pipeline-process.ts";
import { finishedReports } from "./reports.ts";
import { afterKilledOwner, twoAtOnce } from "./two-at-once.ts";

test("of two runs on one output folder one works and one exits 3, naming the other; a killed owner holds nothing", async () => {
  const set = await drawSet(await temporaryFolder(), { count: 30, shardRows: 10 });
  const reference = join(set.root, "reference");
  expect(await runPipelineProcess(flagsOf(set, reference))).toMatchObject({ exitCode: 0 });
  const expected = await finishedReports(reference);
  const output = join(set.root, "output");
  const { problems, refusedSeconds } = await twoAtOnce(set, { output, expected, apartSeconds: 0 });
  expect(problems).toEqual([]);
  // other tests share the processors: the bench asks for 2 s
  expect(refusedSeconds).toBeLessThan(10);
  expect(await afterKilledOwner(set, { output, expected, seconds: 1.5 })).toEqual([]);
});
