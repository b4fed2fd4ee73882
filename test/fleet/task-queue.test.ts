import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planKey, resultKey, taskKey } from "#fleet/fleet-plan.ts";
import { announcedRun } from "#fleet/queue/announcements.ts";
import { HAS_REDIS, type RedisServer, startRedis } from "../support/redis-server.ts";
import { reversed, runToy, TOY_SPACE, ToyFleet, toyName } from "../support/toy-fleet.ts";

const texts = (count: number) => Array.from({ length: count }, (_, i) => `task ${i}`);
const kindOf = (i: number) => (i % 2 ? "embed" : "compare");

let server: RedisServer;

beforeAll(async () => {
  if (HAS_REDIS) server = await startRedis();
});
afterAll(() => server?.stop());

describe.skipIf(!HAS_REDIS)("tasks over Redis", () => {
  it("come back done, each with its result in storage", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan();
    await fleet.work();
    const outcomes = await Promise.all(texts(40).map((text, i) => runToy(queue, text, kindOf(i))));
    expect(outcomes).toEqual(outcomes.map(() => ({ isDone: true })));
    const result = await fleet.storage.read(resultKey(TOY_SPACE, toyName("embed", "task 1")));
    expect(String(result)).toBe("1 ksat");
    expect(queue.figures()).toMatchObject({ tasks: 40, knownBefore: 0, retried: 0, lost: 0, setAside: 0 });
  });

  it("with a result in storage come to no worker", async () => {
    const fleet = await ToyFleet.start(server);
    await fleet.storage.write(resultKey(TOY_SPACE, toyName("embed", "known")), Buffer.from("there"));
    const queue = await fleet.plan();
    expect(await runToy(queue, "known")).toEqual({ isDone: true });
    expect(queue.figures()).toMatchObject({ tasks: 1, knownBefore: 1 });
    expect(await fleet.storage.has(taskKey(TOY_SPACE, toyName("embed", "known")))).toBe(false);
  });

  it("whose result came meanwhile are not computed again", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan();
    const outcome = runToy(queue, "late");
    await pause(200);
    await fleet.storage.write(resultKey(TOY_SPACE, toyName("embed", "late")), Buffer.from("there"));
    await fleet.work();
    expect(await outcome).toEqual({ isDone: true });
    expect(fleet.worked).toMatchObject([{ kind: "embed", outcome: "known" }]);
  });

  it("that fail three times are set aside with what went wrong, and the others are done", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan();
    const work = async (specification: Uint8Array) => {
      if (String(specification) === "poison") throw new Error("Found a bad block");
      return reversed(specification);
    };
    await fleet.work({ work });
    const outcomes = await Promise.all(["a", "poison", "b"].map((text) => runToy(queue, text)));
    expect(outcomes).toEqual([
      { isDone: true },
      { isDone: false, reason: expect.stringMatching(/^Found a bad block \(on .+\)$/), tries: 3 },
      { isDone: true },
    ]);
    expect(queue.figures()).toMatchObject({ retried: 2, lost: 0, setAside: 1 });
  });

  it("that fail once are done at the second try", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan();
    let tries = 0;
    const work = async (specification: Uint8Array) => {
      if (++tries === 1) throw new Error("Not today");
      return reversed(specification);
    };
    await fleet.work({ work });
    expect(await runToy(queue, "flaky")).toEqual({ isDone: true });
    expect(queue.figures()).toMatchObject({ retried: 1, setAside: 0 });
  });
});

describe.skipIf(!HAS_REDIS)("tasks in Redis", () => {
  it("are dealt in the order in which they were asked for, and no more of them at once than the window", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan({ window: 4 });
    const seen: string[] = [];
    let written = 0;
    const { write } = fleet.storage;
    fleet.storage.write = async (key, bytes) => {
      if (key.includes("/tasks/")) written++;
      // the first ones take longest to write
      await pause(Math.max(0, 40 - written * 10));
      await write(key, bytes);
    };
    const all = texts(12).map((text) => runToy(queue, text));
    await pause(300);
    expect(written).toBe(4);
    await fleet.work({
      concurrency: { embed: 1, compare: 0 },
      work: async (specification) => {
        seen.push(String(specification));
        return reversed(specification);
      },
    });
    await Promise.all(all);
    expect(seen).toEqual(texts(12));
  });

  it("leave nothing in Redis once they are done and the planner has closed", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan();
    const worker = await fleet.work();
    await Promise.all(texts(5).map((text) => runToy(queue, text)));
    worker.stop();
    await worker.ended;
    const waiting = runToy(queue, "never").catch(() => undefined);
    await pause(200);
    await queue.close();
    void waiting;
    const { client } = await fleet.connect();
    const keys = await client.keys("*");
    expect(keys.filter((key) => !/:(events|meta|id|marker|stalled-check)$/.test(key))).toEqual([]);
  });
});

describe.skipIf(!HAS_REDIS)("a planner", () => {
  it("announces its run in Redis and in storage, and withdraws it from Redis", async () => {
    const fleet = await ToyFleet.start(server);
    const { client } = await fleet.connect();
    const queue = await fleet.plan();
    const stored = JSON.parse(String(await fleet.storage.read(planKey(TOY_SPACE))));
    expect(await announcedRun(client, stored.run)).toEqual(stored);
    await queue.close();
    expect(await announcedRun(client, stored.run)).toBeUndefined();
  });

  it("tells how many workers there are, and that there are none", async () => {
    const fleet = await ToyFleet.start(server);
    await fleet.plan({ lookMilliseconds: 50 });
    await expect
      .poll(() => fleet.lines)
      .toContainEqual(expect.stringMatching(/^No worker at redis:.*: start `npm run worker/));
    await fleet.work();
    const second = await fleet.work();
    await expect.poll(() => fleet.lines).toContain("2 workers on 1 machine");
    second.stop();
    await expect.poll(() => fleet.lines.at(-1)).toBe("1 worker on 1 machine");
  });
});
