import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000,
    // many tests wait for processes of their own: two files at a time take two thirds of the time, also on two processors
    maxWorkers: 2,
    // as src/start/start.mjs has it
    env: { ORT_DISABLE_TELEMETRY: "1" },
    coverage: { reportsDirectory: "node_modules/.cache/coverage" },
  },
});
