import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { PipelineError } from "#base/pipeline-error.ts";
import { Progress } from "#base/progress.ts";
import { readCommandLine } from "../../pipeline/command-line.ts";
import type * as Pipeline from "../../pipeline/pipeline.ts";
import { compiledModule } from "../../src/start/compiled-program.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

// compiled as for users: threads and child processes of sources would each begin with tsx
const flow = join(ROOT, "pipeline/pipeline.ts");
const compiled = (await compiledModule(ROOT, flow)) ?? flow;
const { runPipeline }: typeof Pipeline = await import(pathToFileURL(compiled).href);

/**
 * Runs the pipeline without a process of its own, which takes a third of the time; the lock and the run folder belong to the process
 * and are left out.
 *
 * @param args flags of `npm run pipeline`
 * @throws PipelineError as the pipeline does
 */
export async function runInProcess(args: readonly string[]): Promise<void> {
  const commandLine = readCommandLine(args, "0.0.0");
  if (typeof commandLine === "number") throw new PipelineError("settings", "Expected flags of a run");
  const { settings, reviewed } = commandLine;
  const progress = new Progress();
  const started = new Date();
  const describe: Pipeline.RunOrder["describe"] = (finished, reports = []) => ({
    version: "0.0.0",
    started,
    finished: new Date(),
    config: settings,
    stages: progress.timings(),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    reports,
    ...finished,
  });
  await runPipeline({ settings, reviewed, started, progress, describe });
}
