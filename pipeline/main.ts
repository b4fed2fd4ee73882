import { OutputLock } from "#artifacts/output-lock.ts";
import { outputPaths } from "#artifacts/output-paths.ts";
import { RunFolder } from "#artifacts/run-folder.ts";
import { abandonDraft, restorePrevious } from "#artifacts/whole-folder.ts";
import { messageOf } from "#base/pipeline-error.ts";
import { Progress } from "#base/progress.ts";
import { WorkerThread } from "#base/worker-thread.ts";
import { type RunFacts, runJson } from "#reports/run-report.ts";
import { shownSettings } from "#settings/shown-settings.ts";
import { describeError, endProcess, exitCodeOf } from "#terminal/end-process.ts";
import { writeLogLine } from "#terminal/log-line.ts";
import { showProgress } from "#terminal/progress-display.ts";
import packageJson from "../package.json" with { type: "json" };
import { type CommandLine, readCommandLine } from "./command-line.ts";
import { describeDryRun } from "./dry-run.ts";
import { type FinishedRun, runPipeline } from "./pipeline.ts";
import { useSampleWhenEmpty } from "./sample.ts";
import { describeSummary } from "./summary.ts";

const EXIT_INTERRUPTED = 130;
/** A second below the 5 s within which a run that is asked to ends. */
const THREADS_MAY_TAKE_MS = 4000;

async function main(): Promise<number> {
  const commandLine = readCommandLine(process.argv.slice(2), packageJson.version);
  if (typeof commandLine === "number") return commandLine;
  const progress = new Progress();
  const { quiet, logFormat } = commandLine;
  const stopShowing = showProgress(progress, { quiet, format: logFormat, stream: process.stderr });
  try {
    if (!commandLine.dryRun) return await lockedRun(commandLine, progress, stopShowing);
    const { settings } = await useSampleWhenEmpty(commandLine.settings, progress);
    stopShowing();
    console.log(await describeDryRun(settings));
    return 0;
  } catch (error) {
    stopShowing();
    // who reads lines of JSON gets nothing else
    if (logFormat !== "json") throw error;
    writeLogLine(process.stderr, { event: "error", message: describeError(error), exit_code: exitCodeOf(error) });
    return exitCodeOf(error);
  }
}

/** The only run that writes to its output folder. */
async function lockedRun(commandLine: CommandLine, progress: Progress, stopShowing: () => void): Promise<number> {
  const { quiet, logFormat, settings: given } = commandLine;
  const lock = await OutputLock.take(given.output, (line) => progress.note(line));
  stopOnSignals(commandLine, lock);
  try {
    const { settings, isSample } = await useSampleWhenEmpty(given, progress);
    const { counts, exitCode } = await recordedRun({ ...commandLine, settings }, progress, stopShowing);
    const run = { counts, exitCode, isSample, timings: progress.timings(), seconds: process.uptime() };
    if (logFormat === "json" && !quiet)
      writeLogLine(process.stderr, { event: "summary", ...run.counts, seconds: run.seconds, exit_code: exitCode });
    else if (!quiet) console.log(describeSummary(run, settings));
    return exitCode;
  } finally {
    lock.release();
  }
}

/** Runs the pipeline; whether it ends well or not, runs/<start>/ tells of it. */
async function recordedRun(
  { settings, reviewed }: CommandLine,
  progress: Progress,
  stopShowing: () => void,
): Promise<FinishedRun> {
  const paths = outputPaths(settings.output);
  const started = new Date();
  await restorePrevious(paths.reports);
  const run = await RunFolder.create(paths.runs, started, settings.keepRuns);
  progress.on("note", (message) => run.log({ event: "note", message }));
  progress.on("stage", (stage) => {
    if (stage.finished) run.log({ event: "stage", ...stage });
  });
  const describe = (known: Partial<RunFacts> & { exitCode: number }): RunFacts => ({
    version: packageJson.version,
    started,
    finished: new Date(),
    config: shownSettings(settings),
    device: settings.device === "auto" ? "cpu" : settings.device,
    stages: progress.timings(),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    ...known,
  });
  try {
    const describeWith = (finished: FinishedRun, reports: RunFacts["reports"]) =>
      describe({ ...finished, ...(reports ? { reports } : {}) });
    const finished = await runPipeline({ settings, reviewed, started, progress, describe: describeWith });
    run.log({ event: "summary", ...finished.counts, exit_code: finished.exitCode });
    await run.close(runJson(describe(finished)));
    return finished;
  } catch (error) {
    const message = messageOf(error);
    run.log({ event: "error", message });
    await run.close(runJson(describe({ exitCode: exitCodeOf(error), error: message }))).catch(() => undefined);
    throw error;
  } finally {
    stopShowing();
  }
}

function stopOnSignals({ settings, logFormat }: CommandLine, lock: OutputLock): void {
  const end = () => {
    abandonDraft(outputPaths(settings.output).reports);
    lock.release();
    const message = "Interrupted: earlier reports are as they were, what was done is kept, and it is safe to run again";
    if (logFormat === "json")
      writeLogLine(process.stderr, { event: "interrupted", message, exit_code: EXIT_INTERRUPTED });
    else process.stderr.write(`\n${message}\n`);
    process.exit(EXIT_INTERRUPTED);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      setTimeout(end, THREADS_MAY_TAKE_MS);
      WorkerThread.endAll().then(end, end);
    });
  }
}

endProcess(main());
