import { describe, expect, it, onTestFinished, vi } from "vitest";
import { readCommandLine } from "../../pipeline/command-line.ts";

describe("flags of a run", () => {
  it("that name what workers share, and no Redis to reach them, are refused", () => {
    vi.stubEnv("TWINSIFT_FLEET", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => readCommandLine(["--storage", "s3://bucket"], "1")).toThrow(
      /^--storage is what workers share, .* --fleet/,
    );
    vi.stubEnv("TWINSIFT_FLEET", "redis://host");
    expect(readCommandLine(["--storage", "s3://bucket"], "1")).toMatchObject({
      settings: { fleet: { redis: "redis://host", storage: "s3://bucket" } },
    });
  });
});
