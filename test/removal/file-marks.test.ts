import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { factsAt } from "#removal/file-facts.ts";
import { giveMarks } from "#removal/file-marks.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test.each(["1795298116402612687", "-1", "-1234567890123456789", "0", "999999999"])(
  "a file, and a link, get the time %s ns since 1970 and permissions as they were",
  async (mtimeNs) => {
    const folder = await temporaryFolder();
    const [file, link] = ["file", "link"].map((name) => join(folder, name));
    await writeFile(file, "");
    await symlink("nowhere", link);
    for (const [path, mode] of [[file, 0o2640] as const, [link, 0o777] as const]) {
      const facts = await factsAt(path);
      if (!facts) throw new Error("Expected what was just made");
      await giveMarks(path, { ...facts, mtimeNs, mode });
      expect(await factsAt(path)).toMatchObject({ mtimeNs, mode });
    }
  },
);
