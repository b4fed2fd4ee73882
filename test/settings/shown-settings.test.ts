import { describe, expect, it } from "vitest";
import { readSettings } from "#settings/read-settings.ts";
import { shownSettings } from "#settings/shown-settings.ts";

const shownRedis = (redis: string | null) => {
  const settings = readSettings(undefined, {});
  return shownSettings({ ...settings, fleet: { ...settings.fleet, redis } }).fleet.redis;
};

describe("settings as reports show them", () => {
  it("tell which Redis, and never its password", () => {
    expect(shownRedis(null)).toBeNull();
    expect(shownRedis("redis://host:7000/2")).toBe("redis://host:7000/2");
    expect(shownRedis("redis://me:swordfish@host/1")).toMatch(/^redis:\/\/me:.+@host\/1$/);
    for (const odd of [
      "redis://:swordfish@host",
      "redis://swordfish@host",
      "redis://host?password=swordfish",
      ":swordfish@host",
    ])
      expect(shownRedis(odd)).not.toContain("swordfish");
  });
});
