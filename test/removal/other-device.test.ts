import { existsSync } from "node:fs";
import { cp, mkdtemp, realpath, rename, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { folderState } from "../support/folder-state.ts";
import { makeReports } from "../support/made-reports.ts";
import { applied, planned, takenBack } from "./removal-in-process.ts";

const MEMORY = "/dev/shm";
const hasOther = existsSync(MEMORY) && (await stat(MEMORY)).dev !== (await stat(await realpath(tmpdir()))).dev;

async function folderElsewhere(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(MEMORY, "twinsift-test-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const NAMES = ["a/b.jpg", "new\nline.jpg", `${"x".repeat(255)}`, "link.jpg", "..jpg"];
const GROUP = ["keep.jpg", ...NAMES].map((path) => ({ path, content: "same" }));
const DROPS = Object.fromEntries(NAMES.map((name) => [name, "drop"]));

test.runIf(hasOther)(
  "a quarantine on another device holds files with time to the nanosecond, and gives them back",
  async () => {
    const made = await makeReports({ groups: [GROUP] });
    await rename(join(made.images, "link.jpg"), join(made.root, "outside.jpg"));
    await symlink("../outside.jpg", join(made.images, "link.jpg"));
    const before = await folderState(made.images);
    const elsewhere = await folderElsewhere();
    const plan = await planned(made, DROPS, "--quarantine", elsewhere);
    expect(await applied(made, plan)).toMatchObject({ done: NAMES.length, left: [] });
    const kept = await folderState(plan.plan.quarantine as string);
    for (const name of NAMES) expect(kept[name], name).toBe(before[name]);
    expect(await takenBack(made)).toMatchObject({ restored: NAMES.length, kept: [] });
    expect(await folderState(made.images)).toEqual(before);
    expect(await folderState(elsewhere)).toEqual({});
  },
);

test.runIf(hasOther)(
  "a file of another device than its equal cannot become a name of it: it stays and is told",
  async () => {
    const elsewhere = await folderElsewhere();
    const made = await makeReports({
      folders: ["images", "others"],
      groups: [
        [
          { path: "images/a.jpg", content: "a" },
          { path: "others/a.jpg", content: "a" },
        ],
      ],
    });
    await cp(made.folders.others, join(elsewhere, "others"), { recursive: true, preserveTimestamps: true });
    const flags = ["--hardlink", "--images", join(elsewhere, "others")];
    const { removals, left } = await planned(made, { "others/a.jpg": "drop" }, ...flags);
    expect({ removals, left }).toMatchObject({
      removals: [],
      left: [{ reason: 'lies on another device than "images/a.jpg"' }],
    });
  },
);
