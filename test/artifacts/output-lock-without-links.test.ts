import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { OutputLock } from "#artifacts/output-lock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

vi.mock("node:fs/promises", async (original) => ({
  ...(await original<typeof import("node:fs/promises")>()),
  link: async () => {
    throw Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM" });
  },
}));

test("a file system without hard links has locks too", async () => {
  const output = await temporaryFolder();
  const lock = await OutputLock.take(output, () => undefined);
  expect(JSON.parse(await readFile(join(output, "lock"), "utf8"))).toMatchObject({ pid: process.pid });
  expect(await readdir(output)).toEqual(["lock"]);
  lock.release();
  await writeFile(join(output, "lock"), JSON.stringify({ pid: 7, host: "another", started: "today" }));
  await expect(OutputLock.take(output, () => undefined)).rejects.toThrow("Held by process 7 on another");
});
