import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PipelineError } from "#base/pipeline-error.ts";
import { WorkerUnfit } from "#fleet/fleet-plan.ts";
import { HAS_REDIS, type RedisServer, startRedis } from "../support/redis-server.ts";
import { reversed, runToy, ToyFleet } from "../support/toy-fleet.ts";

let server: RedisServer;

beforeAll(async () => {
  if (HAS_REDIS) server = await startRedis();
});
afterAll(() => server?.stop());

describe.skipIf(!HAS_REDIS)("tasks", () => {
  it("are dealt again to others when a worker finds itself unfit, and do not count as tried", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan({ tries: 1 });
    const outcome = runToy(queue, "any");
    const unfit = await fleet.work({
      work: async () => {
        throw new WorkerUnfit("Found no space left on /data");
      },
    });
    await expect(unfit.ended).rejects.toThrow("This machine cannot go on: Found no space left on /data");
    await fleet.work();
    expect(await outcome).toEqual({ isDone: true });
    expect(queue.figures()).toMatchObject({ retried: 0, lost: 0 });
    expect(fleet.worked.map((task) => task.outcome)).toEqual(["given-back", "done"]);
  });

  it("never come to a worker with other versions, which ends and names the differences", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan();
    const outcome = runToy(queue, "any");
    const other = await fleet.work({ versions: { twinsift: "1", node: "22" } });
    await expect(other.ended).rejects.toThrow(
      "This worker has node 22, the run on planner (started 2030-01-01T00:00:00.000Z) has node 20: install the same",
    );
    await fleet.work();
    expect(await outcome).toEqual({ isDone: true });
    expect(fleet.worked).toHaveLength(1);
  });

  it("do not come to a machine that sees other files, which says so", async () => {
    const fleet = await ToyFleet.start(server);
    const elsewhere = await ToyFleet.start(server);
    const queue = await fleet.plan();
    const outcome = runToy(queue, "any");
    const lost = await fleet.work({ openStorage: async () => elsewhere.storage, shownWithinMilliseconds: 100 });
    await expect(lost.ended).rejects.toThrow(/Expected the plan of run .+ found none: does this machine have the same/);
    await fleet.work();
    expect(await outcome).toEqual({ isDone: true });
  });

  it("do not come to a machine that may not read the storage, which says so at once and does not look for the plan again", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan();
    const outcome = runToy(queue, "any");
    const openStorage = () => Promise.reject(new PipelineError("input", "Found no credentials"));
    const refused = await fleet.work({ openStorage });
    await expect(refused.ended).rejects.toThrow(/^This machine cannot go on: Found no credentials$/);
    await fleet.work();
    expect(await outcome).toEqual({ isDone: true });
  });

  it("of a run that is over are passed over, and the worker goes on with those of the next", async () => {
    const fleet = await ToyFleet.start(server);
    const redis = await fleet.connect();
    const killed = await fleet.plan({ redis });
    void runToy(killed, "old").catch(() => undefined);
    await pause(200);
    // as a kill does it: nothing is taken back
    redis.close();
    const queue = await fleet.plan();
    const outcome = runToy(queue, "new");
    await fleet.work();
    expect(await outcome).toEqual({ isDone: true });
  });
});

describe.skipIf(!HAS_REDIS)("a worker", () => {
  it("on which every task fails rests longer and longer, so that those on which they succeed do them", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan();
    const broken = async () => {
      throw new Error("This machine is broken, and does not know it");
    };
    await fleet.work({ work: broken, restMilliseconds: 100 });
    const slow = async (specification: Uint8Array) => {
      await pause(5);
      return reversed(specification);
    };
    await fleet.work({ work: slow });
    const outcomes = await Promise.all(Array.from({ length: 60 }, (_, i) => runToy(queue, `task ${i}`)));
    expect(outcomes.filter(({ isDone }) => !isDone)).toEqual([]);
    const failures = fleet.worked.filter(({ outcome }) => outcome === "failed").length;
    expect(failures).toBeGreaterThan(0);
    expect(failures).toBeLessThan(12);
  });

  it("ends by itself when it has been idle for long", async () => {
    const fleet = await ToyFleet.start(server);
    expect(await (await fleet.work({ idleSeconds: 0.1 })).ended).toBe("idle");
  });

  it("that is stopped finishes what it has, and takes nothing more", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan();
    const worker = await fleet.work({
      concurrency: { embed: 1, compare: 1 },
      work: async (specification) => {
        worker.stop();
        await pause(100);
        return reversed(specification);
      },
    });
    const first = runToy(queue, "first");
    void runToy(queue, "second").catch(() => undefined);
    expect(await first).toEqual({ isDone: true });
    expect(await worker.ended).toBe("stopped");
    expect(fleet.worked).toHaveLength(1);
    expect(fleet.lines).toContain("Finishing 1 task; a second Ctrl-C gives them back");
  });

  it("that is stopped twice gives its tasks back, and others do them at once", async () => {
    const fleet = await ToyFleet.start(server);
    const queue = await fleet.plan();
    const worker = await fleet.work({
      work: async () => {
        worker.giveBack();
        return new Promise<never>(() => undefined);
      },
    });
    const outcome = runToy(queue, "any");
    expect(await worker.ended).toBe("given-back");
    await fleet.work();
    expect(await outcome).toEqual({ isDone: true });
    expect(queue.figures()).toMatchObject({ retried: 0, lost: 0 });
  });
});
