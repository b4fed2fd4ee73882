import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readWorkerFlags } from "../../src/commands/worker-flags.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const read = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) => readWorkerFlags(args, environment, "1");

describe("the flags of npm run worker", () => {
  it("name Redis before the config file, which names it before the environment", async () => {
    const config = join(await temporaryFolder(), "config.json");
    await writeFile(config, JSON.stringify({ fleet: { redis: "redis://file" } }));
    const environment = { TWINSIFT_FLEET: "redis://environment" };
    expect(read(["--fleet", "redis://flag", "--config", config], environment)?.redis).toBe("redis://flag");
    expect(read(["--config", config], environment)?.redis).toBe("redis://file");
    expect(read([], environment)?.redis).toBe("redis://environment");
  });

  it("without a Redis are refused, with the ways to name one", () => {
    expect(() => read([])).toThrow(/^Expected a Redis to take tasks from, found none: name one by --fleet/);
  });

  it("fill in the settings", () => {
    const flags = read([
      "--fleet",
      "redis://host",
      "--storage",
      "s3://bucket/runs",
      "--idle",
      "1.5",
      "--concurrency",
      "3",
    ]);
    expect(flags).toMatchObject({ idleSeconds: 1.5, quiet: false, logFormat: "text" });
    expect(flags?.settings).toMatchObject({ concurrency: 3, fleet: { storage: "s3://bucket/runs", leaseSeconds: 30 } });
  });

  it("that are unknown or odd are refused", () => {
    expect(() => read(["--flet", "redis://host"])).toThrow(/Did you mean --fleet/);
    expect(() => read(["--fleet", "redis://host", "--idle", "soon"])).toThrow(/Expected seconds/);
  });
});
