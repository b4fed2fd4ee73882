import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { folderState } from "../support/folder-state.ts";
import { makeReports } from "../support/made-reports.ts";
import { applied, planned, takenBack } from "./removal-in-process.ts";

vi.mock("node:fs/promises", async (original) => ({
  ...(await original<typeof import("node:fs/promises")>()),
  link: async () => {
    throw Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM" });
  },
}));

const NAMES = ["a/b.jpg", "a/c.jpg", "=d().jpg", "e.jpg"];
const GROUP = ["keep.jpg", ...NAMES].map((path) => ({ path, content: "same" }));
const DROPS = Object.fromEntries(NAMES.map((name) => [name, "drop"]));

test("on a file system without hard links files are copied, read back, and moved with time and permissions", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const before = await folderState(made.images);
  const plan = await planned(made, DROPS);
  expect(await applied(made, plan)).toMatchObject({ done: NAMES.length, left: [] });
  const kept = await folderState(plan.plan.quarantine as string);
  for (const name of NAMES) expect(kept[name]).toBe(before[name]);
  expect(Object.keys(await folderState(made.images)).sort()).toEqual(["a", "keep.jpg"]);
  expect(await takenBack(made)).toMatchObject({ restored: NAMES.length, kept: [] });
  expect(await folderState(made.images)).toEqual(before);
  expect(await folderState(join(made.output, "quarantine"))).toEqual({});
});

test("nothing is overwritten there either", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const plan = await planned(made, DROPS);
  const [first] = plan.removals;
  await mkdir(dirname(first.target as string), { recursive: true });
  await writeFile(first.target as string, "somebody's");
  expect(await applied(made, plan)).toMatchObject({ done: NAMES.length - 1, left: [{ id: first.id }] });
  expect(await readFile(first.target as string, "utf8")).toBe("somebody's");
  await writeFile(join(made.images, "e.jpg"), "new");
  expect(await takenBack(made)).toMatchObject({ restored: NAMES.length - 2, kept: [{ id: "e.jpg" }] });
  expect(await readFile(join(made.images, "e.jpg"), "utf8")).toBe("new");
});

test("names of other files cannot be made there: they stay and are told", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const before = await folderState(made.images);
  const end = await applied(made, await planned(made, { "e.jpg": "drop" }, "--hardlink"));
  expect(end).toMatchObject({ done: 0, left: [{ id: "e.jpg", reason: expect.stringContaining("EPERM") }] });
  expect(await folderState(made.images)).toEqual(before);
});
