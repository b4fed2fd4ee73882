import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    // as src/start/start.mjs has it
    env: { ORT_DISABLE_TELEMETRY: "1" },
    coverage: { reportsDirectory: "node_modules/.cache/coverage" },
  },
});
