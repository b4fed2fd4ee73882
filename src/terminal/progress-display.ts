import cliProgress from "cli-progress";
import type { Progress, StageProgress } from "#base/progress.ts";
import { formatCount, formatDuration } from "#terminal/format.ts";
import { writeLogLine } from "#terminal/log-line.ts";

const LINE_EVERY_MS = 10_000;
const REDRAWS_PER_SECOND = 4;

export interface DisplayOptions {
  readonly quiet: boolean;
  readonly format: "text" | "json";
  readonly stream: NodeJS.WriteStream;
}

/**
 * Shows the progress of a run on stderr: bars on a terminal, elsewhere (cron) a plain line for each stage at work every 10 s.
 *
 * @returns stops showing
 */
export function showProgress(progress: Progress, options: DisplayOptions): () => void {
  if (options.quiet) return () => undefined;
  if (options.format === "text" && options.stream.isTTY) return showBars(progress, options.stream);
  return showLines(progress, options);
}

function showBars(progress: Progress, stream: NodeJS.WriteStream): () => void {
  const bars = new cliProgress.MultiBar(
    {
      stream,
      fps: REDRAWS_PER_SECOND,
      format: "{stage} {bar} {state}",
      barsize: 24,
      hideCursor: true,
      linewrap: false,
      emptyOnZero: true,
      gracefulExit: false,
      // a note takes the lines of bars, also of those that have not changed
      forceRedraw: true,
    },
    cliProgress.Presets.shades_classic,
  );
  const known = new Map<string, cliProgress.SingleBar>();
  progress.on("stage", (stage) => {
    const payload = { stage: stage.stage.padEnd(9), state: describeStage(stage) };
    const bar = known.get(stage.stage) ?? bars.create(stage.total ?? 0, 0, payload);
    known.set(stage.stage, bar);
    bar.setTotal(stage.total ?? Math.max(1, stage.done * 2));
    bar.update(stage.done, payload);
  });
  // what is logged shows with the next drawing, and without a bar there is none
  const write = (text: string) => (known.size > 0 ? bars.log(text) : stream.write(text));
  progress.on("note", (line) => write(asLines(line, stream.columns || Number.POSITIVE_INFINITY)));
  return () => {
    if (known.size > 0) bars.update();
    bars.stop();
  };
}

/** Lines of the terminal, which does not wrap while there are bars, each clearing what a bar had written there. */
function asLines(text: string, columns: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last === "" || last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${line}\u001b[K\n`).join("");
}

function showLines(progress: Progress, { stream, format }: DisplayOptions): () => void {
  const latest = new Map<string, StageProgress>();
  const write = (stage: StageProgress) => {
    if (format === "json") writeLogLine(stream, { event: "stage", ...stage });
    else stream.write(`${stage.stage}: ${describeStage(stage)}\n`);
  };
  progress.on("stage", (stage) => {
    latest.set(stage.stage, stage);
    if (!stage.finished) return;
    latest.delete(stage.stage);
    write(stage);
  });
  progress.on("note", (line) => {
    if (format === "json") writeLogLine(stream, { event: "note", message: line });
    else stream.write(`${line}\n`);
  });
  const timer = setInterval(() => {
    for (const stage of latest.values()) write(stage);
  }, LINE_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** `1,200 of 4,000 images · 310/s · 9 s left`, or what is known of it. */
function describeStage({ unit, done, total, seconds, finished }: StageProgress): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const parts = [
    total === undefined || finished
      ? `${formatCount(done)} ${unit}`
      : `${formatCount(done)} of ${formatCount(total)} ${unit}`,
  ];
  if (rate > 0) parts.push(`${formatCount(rate)}/s`);
  if (finished) parts.push(formatDuration(seconds));
  else if (total !== undefined && rate > 0) parts.push(`${formatDuration((total - done) / rate)} left`);
  return parts.join(" · ");
}
