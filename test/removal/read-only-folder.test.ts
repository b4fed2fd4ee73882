import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { folderState } from "../support/folder-state.ts";
import { makeReports } from "../support/made-reports.ts";
import { applied, planned, takenBack } from "./removal-in-process.ts";

// root may write to folders that nobody may write to: only a mount would keep it out
const readOnly = vi.hoisted(() => ({ folder: "no such folder" }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const refusing =
    <Args extends unknown[]>(name: string, call: (...args: Args) => Promise<void>) =>
    async (...args: Args) => {
      if (!args.some((arg) => String(arg).startsWith(readOnly.folder))) return call(...args);
      throw Object.assign(new Error(`EROFS: read-only file system, ${name}`), { code: "EROFS" });
    };
  return { ...real, unlink: refusing("unlink", real.unlink), rename: refusing("rename", real.rename) };
});

const GROUP = [
  { path: "keep.jpg", content: "same" },
  { path: "open/again.jpg", content: "same" },
  { path: "closed/again.jpg", content: "same" },
];
const DROPS = { "open/again.jpg": "drop", "closed/again.jpg": "drop" };

test.each([
  ["moved away", []],
  ["deleted", ["--delete"]],
  ["replaced by a name", ["--hardlink"]],
])(
  "a file whose folder is read-only is not %s: it stays, alone, and is told; the others go and come back",
  async (_, flags) => {
    const made = await makeReports({ groups: [GROUP] });
    const before = await folderState(made.images);
    const plan = await planned(made, DROPS, ...flags);
    readOnly.folder = join(made.images, "closed");
    const end = await applied(made, plan).finally(() => {
      readOnly.folder = "no such folder";
    });
    expect(end).toMatchObject({
      done: 1,
      left: [{ id: "closed/again.jpg", reason: expect.stringContaining("EROFS") }],
    });
    expect((await folderState(made.images))["closed/again.jpg"]).toBe(before["closed/again.jpg"]);
    if (plan.plan.quarantine !== null)
      expect(Object.keys(await folderState(plan.plan.quarantine))).not.toContain("closed/again.jpg");
    expect(await takenBack(made)).toMatchObject({ restored: 1, kept: [], lost: [] });
    expect(await folderState(made.images)).toEqual(before);
  },
);

test("a quarantine that became read-only keeps its files, and gives them back when it is not", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const before = await folderState(made.images);
  const plan = await planned(made, DROPS);
  await applied(made, plan);
  readOnly.folder = plan.plan.quarantine as string;
  const kept = await takenBack(made);
  readOnly.folder = "no such folder";
  expect(kept).toMatchObject({ restored: 0, kept: [{ reason: expect.stringContaining("EROFS") }, {}] });
  expect(await takenBack(made)).toMatchObject({ restored: 2, kept: [] });
  expect(await folderState(made.images)).toEqual(before);
});
