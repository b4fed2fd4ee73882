import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { resultKey } from "#fleet/fleet-plan.ts";
import { HAS_REDIS, startRedis } from "../support/redis-server.ts";
import { runToy, TOY_SPACE, ToyFleet, toyName } from "../support/toy-fleet.ts";
import { SHORT_LEASE_S, startedTasks, startToyWorker, untilStarted } from "./toy-worker.ts";

const HOUR_MS = 3_600_000;
const texts = (count: number) => Array.from({ length: count }, (_, i) => `task ${i}`);
const planned = (fleet: ToyFleet) => fleet.plan({ leaseSeconds: SHORT_LEASE_S });

async function expectResults(fleet: ToyFleet, all: readonly string[]): Promise<void> {
  for (const text of all) {
    const result = await fleet.storage.read(resultKey(TOY_SPACE, toyName("embed", text)));
    expect(String(result)).toBe([...text].reverse().join(""));
  }
}

describe.skipIf(!HAS_REDIS)("a run of a fleet", () => {
  it("goes on where a worker is killed, and another does its tasks", async () => {
    const fleet = await ToyFleet.start();
    const queue = await planned(fleet);
    const killed = startToyWorker(fleet, { milliseconds: 60_000 });
    const all = texts(6);
    const outcomes = Promise.all(all.map((text) => runToy(queue, text)));
    await untilStarted(fleet, killed);
    killed.kill("SIGKILL");
    startToyWorker(fleet, { milliseconds: 10 });
    await outcomes;
    await expectResults(fleet, all);
    expect(queue.figures()).toMatchObject({ lost: expect.toSatisfy((lost) => lost >= 1 && lost <= 2), setAside: 0 });
  });

  it("goes on where Redis forgets everything, twice", async () => {
    const fleet = await ToyFleet.start();
    const queue = await planned(fleet);
    startToyWorker(fleet, { milliseconds: 100 });
    const all = texts(60);
    const outcomes = Promise.all(all.map((text) => runToy(queue, text)));
    for (const done of [5, 20]) {
      await expect.poll(async () => (await startedTasks(fleet)).length, { timeout: 20_000 }).toBeGreaterThan(done);
      await fleet.server.restart();
    }
    expect(await outcomes).toEqual(all.map(() => ({ isDone: true })));
    await expectResults(fleet, all);
    expect(fleet.lines.filter((line) => line.includes("is away"))).toHaveLength(2);
  });

  it("goes on where a worker's event loop stands still for longer than its lease", async () => {
    const fleet = await ToyFleet.start();
    const queue = await planned(fleet);
    const blocked = startToyWorker(fleet, { blockMilliseconds: SHORT_LEASE_S * 4000 });
    const all = texts(8);
    const outcomes = Promise.all(all.map((text) => runToy(queue, text)));
    await untilStarted(fleet, blocked);
    startToyWorker(fleet, { milliseconds: 10 });
    expect(await outcomes).toEqual(all.map(() => ({ isDone: true })));
    await expectResults(fleet, all);
    // it wakes up, finds others to have been quicker, and is as good as before
    await expect.poll(blocked.stderr, { timeout: 20_000 }).toMatch(/lease of a task ran out/);
    const later = texts(30).map((text) => `later ${text}`);
    await Promise.all(later.map((text) => runToy(queue, text)));
    expect((await startedTasks(fleet)).filter(({ pid }) => pid === blocked.pid).length).toBeGreaterThan(2);
  });
});

describe.skipIf(!HAS_REDIS)("a run of a fleet with odd machines", () => {
  it("goes on where a worker is stopped (SIGSTOP), whose late result changes nothing", async () => {
    const fleet = await ToyFleet.start();
    const queue = await planned(fleet);
    const stopped = startToyWorker(fleet, { milliseconds: 300 });
    const all = texts(6);
    const outcomes = Promise.all(all.map((text) => runToy(queue, text)));
    await untilStarted(fleet, stopped);
    stopped.kill("SIGSTOP");
    startToyWorker(fleet, { milliseconds: 10 });
    expect(await outcomes).toEqual(all.map(() => ({ isDone: true })));
    stopped.kill("SIGCONT");
    await pause(1500);
    await expectResults(fleet, all);
    stopped.kill("SIGTERM");
    expect(await stopped.ended).toMatchObject({ exitCode: 0 });
  });

  it("goes on where the clocks of its machines are an hour apart", async () => {
    const fleet = await ToyFleet.start();
    const queue = await planned(fleet);
    const late = startToyWorker(fleet, { clockShift: -HOUR_MS, milliseconds: SHORT_LEASE_S * 2000 });
    const early = startToyWorker(fleet, { clockShift: HOUR_MS, milliseconds: SHORT_LEASE_S * 2000 });
    const all = texts(8);
    const outcomes = Promise.all(all.map((text) => runToy(queue, text)));
    await untilStarted(fleet, late);
    await untilStarted(fleet, early);
    expect(await outcomes).toEqual(all.map(() => ({ isDone: true })));
    // tasks longer than the lease, and none was thought lost
    expect(queue.figures()).toMatchObject({ retried: 0, lost: 0 });
  });
});

describe.skipIf(!HAS_REDIS)("npm run worker", () => {
  it("with other versions ends with 1, and names what differs", async () => {
    const fleet = await ToyFleet.start();
    await planned(fleet);
    const { exitCode, stderr } = await startToyWorker(fleet, { versions: { twinsift: "1", node: "22" } }).ended;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/This worker has node 22, the run on planner .* has node 20: install the same/);
  });

  it("on a machine that is unfit ends with 1, and others do its tasks", async () => {
    const fleet = await ToyFleet.start();
    const queue = await planned(fleet);
    const outcome = runToy(queue, "any");
    const { exitCode, stderr } = await startToyWorker(fleet, { unfit: "ENOSPC: no space left" }).ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain("This machine cannot go on: ENOSPC: no space left");
    startToyWorker(fleet);
    expect(await outcome).toEqual({ isDone: true });
    expect(queue.figures()).toMatchObject({ retried: 0, lost: 0 });
  });

  it("ends with a line where there is no Redis, a password is wrong, or keys are evicted", async () => {
    const fleet = await ToyFleet.start();
    const locked = await startRedis({ password: "swordfish" });
    const evicting = await startRedis({ policy: "allkeys-lru" });
    for (const server of [locked, evicting]) onTestFinished(() => server.stop());
    const wrong = `redis://:halibut@127.0.0.1:${locked.port}`;
    const ends = ["redis://:secret@127.0.0.1:1", wrong, evicting.url].map(
      (url) => startToyWorker(fleet, { url }).ended,
    );
    const [none, refused, evicts] = await Promise.all(ends);
    expect(none).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^twinsift: Cannot reach Redis at 127/) });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/did not let us in \(WRONGPASS\)/) });
    expect(evicts).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/evicts keys .*expected noeviction/) });
    expect([none, refused].map((end) => end?.stderr).join()).not.toMatch(/secret|halibut|swordfish/);
  });
});

describe.skipIf(!HAS_REDIS)("npm run worker, asked to end,", () => {
  it("finishes what it has at SIGTERM, and says in the end what it did", async () => {
    const fleet = await ToyFleet.start();
    const queue = await planned(fleet);
    const worker = startToyWorker(fleet, { milliseconds: 1000, flags: ["--log-format", "json"] });
    const outcome = runToy(queue, "any");
    await untilStarted(fleet, worker);
    worker.kill("SIGTERM");
    const { exitCode, stdout, stderr } = await worker.ended;
    expect(await outcome).toEqual({ isDone: true });
    expect([exitCode, stdout]).toEqual([0, ""]);
    const events = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events).toContainEqual(expect.objectContaining({ event: "task", kind: "embed", outcome: "done" }));
    expect(events.at(-1)).toMatchObject({ event: "summary", done: 1, failed: 0, seconds: expect.any(Number) });
  });

  it("gives its tasks back at a second signal, for others to do at once", async () => {
    const fleet = await ToyFleet.start();
    const queue = await fleet.plan({ leaseSeconds: 600 });
    const worker = startToyWorker(fleet, { milliseconds: 600_000 });
    const outcome = runToy(queue, "any");
    await untilStarted(fleet, worker);
    worker.kill("SIGINT");
    await expect.poll(worker.stderr).toContain("Finishing 1 task; a second Ctrl-C gives them back");
    worker.kill("SIGINT");
    expect(await worker.ended).toMatchObject({ exitCode: 130 });
    startToyWorker(fleet);
    expect(await outcome).toEqual({ isDone: true });
    expect(queue.figures()).toMatchObject({ retried: 0, lost: 0 });
  });

  it("ends soon where Redis is away, and so does a planner", async () => {
    const fleet = await ToyFleet.start();
    const queue = await planned(fleet);
    const worker = startToyWorker(fleet, { milliseconds: 500 });
    void Promise.all(texts(50).map((text) => runToy(queue, text))).catch(() => undefined);
    await untilStarted(fleet, worker);
    await fleet.server.kill();
    await expect.poll(worker.stderr, { timeout: 20_000 }).toContain("is away");
    worker.kill("SIGTERM");
    await queue.close();
    // its first tasks end well, and Redis is never told
    expect(await worker.ended).toMatchObject({ exitCode: 0 });
  });
});
