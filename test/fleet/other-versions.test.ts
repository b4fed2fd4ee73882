import { describe, expect, it } from "vitest";
import type { FleetPlan } from "#fleet/fleet-plan.ts";
import { OtherVersions } from "#fleet/worker/other-versions.ts";

const OURS = { node: "20", device: "auto" };

function refusal(versions: Readonly<Record<string, string>>): string | undefined {
  const run: FleetPlan = {
    ...{ run: "1", host: "planner", started: "2030", storage: { kind: "folder", root: "/" }, space: "out/" },
    versions,
  };
  return new OtherVersions(OURS, () => undefined).look([run])?.message;
}

describe("a run that a worker does not fit", () => {
  it("is to be given the same device where nothing else differs, as that is no version to install", () => {
    expect(refusal({ ...OURS, device: "cpu" })).toMatch(
      /has device auto, .* has device cpu: give both the same --device$/,
    );
    expect(refusal({ node: "22", device: "cpu" })).toMatch(/: install the same, and give both the same --device$/);
    expect(refusal({ ...OURS, node: "22" })).toMatch(/: install the same$/);
    expect(refusal(OURS)).toBeUndefined();
  });
});
