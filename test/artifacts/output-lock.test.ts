import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OutputLock } from "#artifacts/output-lock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** An output folder with the lock of a run that ended without giving it back. */
async function leftLocked(change: Record<string, unknown>): Promise<{ output: string; path: string }> {
  const output = await temporaryFolder();
  const path = join(output, "lock");
  const lock = await OutputLock.take(output, () => undefined);
  const owner = JSON.parse(await readFile(path, "utf8"));
  lock.release();
  await writeFile(path, JSON.stringify({ ...owner, ...change }));
  return { output, path };
}

test("a lock of an earlier process of the same number is taken over", async () => {
  const { output } = await leftLocked({ process: "an earlier start" });
  const told: string[] = [];
  const lock = await OutputLock.take(output, (line) => told.push(line));
  lock.release();
  expect(told).toEqual([expect.stringMatching(/^Took over the lock of process \d+ on /)]);
});

test.each([
  ["machine", { host: "another" }],
  ["container of the same host name", { pidNamespace: "pid:[1]", process: "another" }],
])("a lock from another %s holds while its owner touches it", async (_, change) => {
  const { output, path } = await leftLocked(change);
  await expect(OutputLock.take(output, () => undefined)).rejects.toThrow(/^Held by process \d+ on /);
  const fourMinutesAgo = new Date(Date.now() - 240_000);
  await utimes(path, fourMinutesAgo, fourMinutesAgo);
  const lock = await OutputLock.take(output, () => undefined);
  lock.release();
});

test("a run that was killed while it made its lock keeps nobody out, and what it left is removed", async () => {
  const output = await temporaryFolder();
  await writeFile(join(output, "lock.12345.tmp"), '{"pid":123');
  const lock = await OutputLock.take(output, () => undefined);
  expect(await readdir(output)).toEqual(["lock"]);
  lock.release();
});
