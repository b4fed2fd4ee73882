import { describe, expect, it } from "vitest";
import { resultKey } from "#fleet/fleet-plan.ts";
import { HAS_REDIS } from "../support/redis-server.ts";
import { runToy, TOY_SPACE, ToyFleet, toyName } from "../support/toy-fleet.ts";

const texts = (count: number) => Array.from({ length: count }, (_, i) => `task ${i}`);

describe.skipIf(!HAS_REDIS)("tasks over Redis", () => {
  it("come back done, each with its result in storage", async () => {
    const fleet = await ToyFleet.start();
    const queue = await fleet.plan();
    await fleet.work();
    const outcomes = await Promise.all(texts(40).map((text, i) => runToy(queue, text, i % 2 ? "embed" : "compare")));
    expect(outcomes).toEqual(outcomes.map(() => ({ isDone: true })));
    const result = await fleet.storage.read(resultKey(TOY_SPACE, toyName("embed", "task 1")));
    expect(String(result)).toBe("1 ksat");
    expect(queue.figures()).toMatchObject({ tasks: 40, knownBefore: 0, retried: 0, lost: 0, setAside: 0 });
  });
});
