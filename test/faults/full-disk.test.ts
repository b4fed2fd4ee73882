import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { fullDisk } from "./full-disk.ts";

test("a full disk ends the run with the file's name and leaves the earlier reports; with room again all is well", async ({
  skip,
}) => {
  const { skipped, problems } = await fullDisk(await temporaryFolder(), { more: 40, rooms: [40] });
  skip(skipped !== undefined, skipped);
  expect(problems).toEqual([]);
});
