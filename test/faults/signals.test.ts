import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { drawSet } from "./picture-set.ts";
import { lastLine, PipelineProcess } from "./pipeline-process.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a run that is asked to end says so and ends with 130 within 5 s, also while the model works", async () => {
  const root = await temporaryFolder();
  const { images } = await drawSet(root, { count: 60, shardRows: 10 });
  for (const [trial, wait] of [0, 80, 120, 160, 240, 320, 400].entries()) {
    const output = join(root, String(trial));
    const run = new PipelineProcess(["--images", images, "--output", output, "--views", "corners", "--quiet"]);
    while (!existsSync(join(output, "index"))) await pause(5);
    await pause(wait);
    const start = performance.now();
    process.kill(run.pid, trial % 2 === 0 ? "SIGTERM" : "SIGINT");
    const end = await run.ended;
    if (end.exitCode === 0) break; // it was quicker than the wait
    expect({ wait, exitCode: end.exitCode, signal: end.signal }).toEqual({ wait, exitCode: 130, signal: null });
    expect(performance.now() - start).toBeLessThan(5000);
    expect(lastLine(end)).toMatch(/^Interrupted: .* safe to run again$/);
  }
});
