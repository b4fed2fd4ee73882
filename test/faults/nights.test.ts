import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { freshDifferences, growth, runNights } from "./nights.ts";
import { addDrawn, drawnFile, drawSet, rankedAnew } from "./picture-set.ts";

const PICTURES = 40;
const NIGHTS = 7;
/** Growth of the index from the first nights to the last that compaction leaves. */
const FLAT = 1.3;

test("night after night the changes are counted right, the index stays small, and the reports are those of a fresh run", async () => {
  const set = await rankedAnew(await drawSet(await temporaryFolder(), { count: PICTURES, shardRows: 10 }));
  const [output, fresh] = [join(set.root, "output"), join(set.root, "fresh")];
  const change = async (night: number) => {
    // multiples of six are readable and no copies
    await rm(join(set.images, (await drawnFile(6 * (night - 1))).name));
    await addDrawn(set.images, 60 * night);
    return { added: 1, removed: 1 };
  };
  const nights = await runNights(set, { output, nights: NIGHTS, change });
  expect(nights.flatMap(({ problems }) => problems)).toEqual([]);
  expect(growth(nights, "indexBytes", 2)).toBeLessThan(FLAT);
  expect(await freshDifferences(set, output, fresh)).toEqual([]);
});
