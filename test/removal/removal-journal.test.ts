import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { latestJournal, RemovalJournal } from "#removal/removal-journal.ts";
import { removalName } from "#removal/removal-name.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const plan = (name: string) => ({ name, action: "delete", quarantine: null, removals: [] }) as const;
const latest = async (folder: string) => (await latestJournal(folder, (state) => state !== "undone"))?.plan.name;

test("a line that was torn when the machine went down says nothing, and the next one does not stand behind it", async () => {
  const folder = await temporaryFolder();
  const journal = await RemovalJournal.create(folder, plan("2026-01-01T00-00-00.000Z"));
  await journal.record({ event: "done", file: 0 });
  await journal.close();
  await appendFile(journal.path, '{"event":"appl');
  const before = await readFile(journal.path, "utf8");
  const again = await RemovalJournal.open(journal.path);
  expect(again.state).toBe("begun");
  expect(await readFile(journal.path, "utf8")).toBe(before);
  await again.record({ event: "applied" });
  await again.close();
  expect((await readFile(journal.path, "utf8")).split("\n").slice(1)).toEqual([
    '{"event":"done","file":0}',
    '{"event":"applied"}',
    "",
  ]);
});

test("the latest journal is that which began last, also where two began at once", async () => {
  const folder = await temporaryFolder();
  expect(await latest(join(folder, "none yet"))).toBeUndefined();
  const started = new Date("2026-01-02T00:00:00.000Z");
  const names = ["2026-01-01T00-00-00.000Z"];
  for (let i = 0; i < 11; i++) {
    await (await RemovalJournal.create(folder, plan(names.at(-1) as string))).close();
    names.push(removalName(started, [folder]));
  }
  expect(names.slice(0, 3)).toEqual([names[0], "2026-01-02T00-00-00.000Z", "2026-01-02T00-00-00.000Z-2"]);
  expect(await latest(folder)).toBe("2026-01-02T00-00-00.000Z-10");
});

test("a journal without its plan is named, with what to do", async () => {
  const folder = join(await temporaryFolder(), "removals");
  await mkdir(folder);
  await writeFile(join(folder, "2026-01-01T00-00-00.000Z.ndjson"), '{"schema":"twinsift/removal@1","files":2}\n');
  await expect(latest(folder)).rejects.toThrow(/Cannot read ".*Z\.ndjson": found no whole plan .*; move it away once/);
});
