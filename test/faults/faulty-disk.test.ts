import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { diskScene, diskTrial, plannedFaults } from "./disk-trials.ts";

const WRITES = 4;
const READS = 2;

test("whatever write or read fails, reports stay whole, the error is plain, and the next run mends all", async () => {
  const scene = await diskScene(await temporaryFolder(), { count: 30 });
  const writes = plannedFaults(scene, "change", { count: WRITES, seed: 1 });
  const reads = plannedFaults(scene, "read", { count: READS, seed: 1 });
  expect([writes.length, reads.length]).toEqual([WRITES, READS]);
  for (const fault of [...writes, ...reads]) expect(await diskTrial(scene, fault)).toMatchObject({ problems: [] });
});
