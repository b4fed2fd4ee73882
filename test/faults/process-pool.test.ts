import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { ProcessEnded } from "#base/process-ended.ts";
import { ProcessPool } from "#base/process-pool.ts";
import type { OddHandlers } from "../support/odd-process.ts";

const MODULE = new URL("../support/odd-process.ts", import.meta.url);
const onLinux = test.runIf(process.platform === "linux");

function openPool({ size = 1, seconds = 60, megabytes = 1000, module = MODULE } = {}) {
  const pool = new ProcessPool<OddHandlers>(module, size, { seconds, memoryBytes: megabytes * 2 ** 20 });
  onTestFinished(() => pool.close());
  return pool;
}

const endingOf = (call: Promise<unknown>): Promise<ProcessEnded> =>
  call.then(
    () => expect.fail("the call was answered"),
    (error) => (error instanceof ProcessEnded ? error : expect.fail(String(error))),
  );

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // one that has ended stays in the table until its parent asks
    return process.platform !== "linux" || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

async function allGone(pids: readonly number[], withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(20)) if (!pids.some(isRunning)) return true;
  return false;
}

test("calls are answered in child processes, with what they throw, and processes are used again", async () => {
  const pool = openPool({ size: 2 });
  const pids = await Promise.all([pool.call("pid", undefined), pool.call("pid", undefined)]);
  expect(new Set([...pids, process.pid]).size).toBe(3);
  const { bytes } = await pool.call(
    "double",
    Uint8Array.from({ length: 300_000 }, (_, i) => i),
  );
  expect(bytes.length).toBe(300_000);
  expect([bytes[3], bytes[299_999]]).toEqual([6, (2 * 299_999) % 256]);
  await expect(pool.call("fail", "a reason")).rejects.toMatchObject({ kind: "input", message: "a reason" });
  expect(pids).toContain(await pool.call("pid", undefined));
  expect(pids).not.toContain(await pool.call("pid", undefined, { fresh: true }));
});

test("a process that crashes fails its own call and says how; the next call has a fresh one", async () => {
  const pool = openPool({ size: 2 });
  const other = pool.call("wait", 1500);
  const first = await pool.call("pid", undefined);
  const crash = await endingOf(pool.call("abort", undefined));
  expect(crash).toMatchObject({ how: "crash", detail: "SIGABRT", answered: 1 });
  expect(await endingOf(pool.call("exit", 7))).toMatchObject({ how: "crash", detail: "exit code 7", answered: 0 });
  expect(await pool.call("pid", undefined)).not.toBe(first);
  expect(await other).toBe("waited");
});

test("a call that takes longer than its time fails, whether the process works or waits, and its process is gone", async () => {
  const pool = openPool({ seconds: 0.7 });
  const pid = await pool.call("pid", undefined);
  expect(await endingOf(pool.call("hang", undefined))).toMatchObject({ how: "time", waited: false });
  expect(await allGone([pid], 2000)).toBe(true);
  expect(await endingOf(pool.call("hangNative", undefined))).toMatchObject({ how: "time", waited: false });
  const waited = await endingOf(pool.call("wait", 60_000));
  expect(waited).toMatchObject({ how: "time", waited: process.platform === "linux" });
  expect(await pool.call("wait", 1)).toBe("waited");
});

onLinux("a process that takes more memory than its limit is ended", async () => {
  const pool = openPool({ megabytes: 250 });
  expect(await endingOf(pool.call("eatMemory", 4000))).toMatchObject({ how: "memory" });
  expect(await pool.call("eatMemory", 16)).toBe(1);
});

test("a process that is killed from outside fails its call, one that is idle none", async () => {
  const pool = openPool();
  const busy = await pool.call("pid", undefined);
  const ending = endingOf(pool.call("wait", 60_000));
  process.kill(busy, "SIGKILL");
  expect(await ending).toMatchObject({ how: "crash", detail: "SIGKILL" });
  const idle = await pool.call("pid", undefined);
  process.kill(idle, "SIGKILL");
  await allGone([idle], 2000);
  await sleep(50);
  expect(await pool.call("wait", 1)).toBe("waited");
});

test.skipIf(process.platform === "win32")("the signals of a terminal are left to the parent", async () => {
  const pool = openPool();
  const pid = await pool.call("pid", undefined);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(pid, signal);
  await sleep(50);
  expect(await pool.call("pid", undefined)).toBe(pid);
});

test("closing ends the processes at once, and calls under way, waiting and to come", async () => {
  const pool = openPool();
  const pid = await pool.call("pid", undefined);
  const endings = [endingOf(pool.call("hang", undefined)), endingOf(pool.call("wait", 1))];
  await pool.close();
  expect(isRunning(pid)).toBe(false);
  expect((await Promise.all(endings)).map(({ how }) => how)).toEqual(["closed", "closed"]);
  expect(await endingOf(pool.call("wait", 1))).toMatchObject({ how: "closed" });
});

test("a process that cannot start says what it said", async () => {
  const pool = openPool({ module: new URL("./no-such-module.ts", import.meta.url) });
  const ending = await endingOf(pool.call("wait", 1));
  expect(ending).toMatchObject({ how: "start", detail: expect.stringMatching(/exit code 1.*no-such-module/) });
});

test.each(["SIGKILL", "SIGTERM"] as const)("no child outlives a parent that %s ends", async (signal) => {
  const script = fileURLToPath(new URL("../support/parent-process.ts", import.meta.url));
  const parent = spawn(process.execPath, ["--import", "tsx", script], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(parent.stdout, "data");
  const pids: number[] = JSON.parse(String(line));
  expect(pids.map(isRunning)).toEqual([true, true]);
  parent.kill(signal);
  expect(await allGone(pids, 5000)).toBe(true);
});
