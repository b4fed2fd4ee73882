import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ProcessFolder } from "#fleet/storage/process-folder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("folders that killed processes have left go with the next one, those of living processes and of others stay", async () => {
  const parent = join(await temporaryFolder(), "cache");
  const living = await ProcessFolder.make(parent);
  const fresh = join(parent, "twinsift-files-1-1-fresh");
  const left = join(parent, "twinsift-files-1-1-left");
  const other = join(parent, "of-somebody");
  for (const folder of [fresh, left, other]) await mkdir(folder);
  await writeFile(join(left, "0"), "file");
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const lock = JSON.parse(await readFile(join(living.path, "lock"), "utf8"));
  await writeFile(join(left, "lock"), JSON.stringify({ ...lock, pid }));
  const longAgo = Date.now() / 1000 - 3600;
  for (const folder of [living.path, left, other]) await utimes(folder, longAgo, longAgo);
  const next = await ProcessFolder.make(parent);
  const names = (await readdir(parent)).map((name) => join(parent, name));
  expect(names.sort()).toEqual([living.path, fresh, other, next.path].sort());
  await living.remove();
  await next.remove();
  expect((await readdir(parent)).sort()).toEqual(["of-somebody", "twinsift-files-1-1-fresh"]);
});
