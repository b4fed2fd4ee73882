import { describe, expect, it } from "vitest";
import { queueName } from "#fleet/queue/fleet-queues.ts";
import { fleetVersions, versionDifferences } from "#fleet/versions.ts";

describe("the versions of a machine", () => {
  it("name all that decides the bytes of results", () => {
    const versions = fleetVersions({ device: "cpu" });
    expect(Object.keys(versions)).toEqual([
      ...["twinsift", "sources", "node", "onnxruntime", "libvips", "architecture", "device"],
    ]);
    for (const version of Object.values(versions)) expect(version).toMatch(/^\w+(\.\w+)*$/);
  });

  it("that differ are named, each with both sides", () => {
    expect(versionDifferences({ a: "1", b: "2" }, { b: "2", a: "1" })).toBeUndefined();
    expect(versionDifferences({ a: "1", b: "2" }, { a: "1", b: "3", c: "4" })).toEqual({
      ours: "b 2, c unknown",
      theirs: "b 3, c 4",
    });
  });

  it("decide the queue, in whatever order they stand", () => {
    expect(queueName("embed", { a: "1", b: "2" })).toBe(queueName("embed", { b: "2", a: "1" }));
    expect(queueName("embed", { a: "1" })).not.toBe(queueName("embed", { a: "2" }));
    expect(queueName("compare", { a: "1" })).toMatch(/^compare-[0-9a-f]{12}$/);
  });
});
