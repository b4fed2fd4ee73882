import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type Fault, readLog, withFault, withLog } from "./fault-layer.ts";
import type { StartOptions } from "./pipeline-process.ts";

/** A write as the program does it: 8 bytes in a draft, synced, renamed; then a second file at once; then both are read. */
const SCRIPT = `
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
const [folder] = process.argv.slice(1);
mkdirSync(folder + "/sub");
const file = await open(folder + "/a.tmp", "w");
await file.writeFile("12345678");
await file.sync();
await file.close();
await rename(folder + "/a.tmp", folder + "/a");
writeFileSync(folder + "/sub/b", "abcdefgh");
const second = await open(folder + "/sub/b");
const { bytesRead, buffer } = await second.read(Buffer.alloc(8), 0, 8, 0);
console.log(String(await readFile(folder + "/a")), String(buffer.subarray(0, bytesRead)), readFileSync(folder + "/a", "utf8"));
`;

async function runScript(folder: string, { preload = [], env }: StartOptions) {
  const script = join(folder, "../script.mjs");
  await writeFile(script, SCRIPT.replace("slice(1)", "slice(2)"));
  const args = [...preload.flatMap((file) => ["--import", file]), script, folder];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } });
    return { stdout: stdout.trim(), error: "", signal: null };
  } catch (failed) {
    const { stderr, signal } = failed as { stderr: string; signal: string | null };
    return { stdout: "", error: /^.*Error: .*/m.exec(stderr)?.[0] ?? "", signal };
  }
}

async function faultFolder() {
  const folder = join(await temporaryFolder(), "out");
  await mkdir(folder);
  return folder;
}

test("every operation under the folder is counted, and nothing else", async () => {
  const folder = await faultFolder();
  const log = join(folder, "../log");
  expect(await runScript(folder, withLog(folder, log))).toMatchObject({ stdout: "12345678 abcdefgh 12345678" });
  const operations = (await readLog(log)).map(({ kind, name, path }) => `${kind} ${name} ${path.slice(folder.length)}`);
  expect(operations).toEqual([
    "change mkdirSync /sub",
    "change open /a.tmp",
    "change writeFile /a.tmp",
    "change sync /a.tmp",
    "change rename /a.tmp",
    "change writeFileSync /sub/b",
    "read open /sub/b",
    "read read /sub/b",
    "read readFile /a",
    "read readFileSync /a",
  ]);
});

test.each<[Fault, number, Record<string, string>, string, string]>([
  [
    { of: "change", action: "fail", code: "ENOSPC" },
    3,
    { "a.tmp": "" },
    "ENOSPC: no space left on device, writeFile",
    "",
  ],
  [{ of: "change", action: "tear", code: "EIO" }, 3, { "a.tmp": "1234" }, "EIO: i/o error, writeFile", ""],
  [{ of: "change", action: "tear-kill" }, 3, { "a.tmp": "1234" }, "", "SIGKILL"],
  [{ of: "change", action: "tear-kill" }, 6, { a: "12345678", "sub/b": "abcd" }, "", "SIGKILL"],
  [
    { of: "change", action: "tear", code: "EROFS" },
    5,
    { "a.tmp": "12345678" },
    "EROFS: read-only file system, rename",
    "",
  ],
  [{ of: "change", action: "kill-before" }, 5, { "a.tmp": "12345678" }, "", "SIGKILL"],
  [{ of: "change", action: "kill-after" }, 5, { a: "12345678" }, "", "SIGKILL"],
  [{ of: "read", action: "fail", code: "EIO" }, 3, { a: "12345678" }, "EIO: i/o error, readFile", ""],
])("%j as number %i leaves %j behind", async (fault, at, files, error, signal) => {
  const folder = await faultFolder();
  const result = await runScript(folder, withFault(folder, fault, at));
  expect(result.error).toContain(error);
  expect(result.signal ?? "").toBe(signal);
  for (const [name, content] of Object.entries(files)) expect(await readFile(join(folder, name), "utf8")).toBe(content);
});

test.each<["flip" | "short", number, string]>([
  ["flip", 2, "12345678 abcdafgh 12345678"],
  ["short", 2, "12345678 abcd 12345678"],
  ["flip", 3, "12341678 abcdefgh 12345678"],
  ["short", 3, "1234 abcdefgh 12345678"],
  ["flip", 4, "12345678 abcdefgh 12341678"],
  ["short", 4, "12345678 abcdefgh 1234"],
])("a %s of read %i changes what was read, not the file", async (action, at, stdout) => {
  const folder = await faultFolder();
  expect((await runScript(folder, withFault(folder, { of: "read", action }, at))).stdout).toBe(stdout);
  expect(await readFile(join(folder, "a"), "utf8")).toBe("12345678");
});
