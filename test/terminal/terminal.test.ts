import { PassThrough } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { Progress } from "#base/progress.ts";
import { formatCount, formatDuration, formatNumberOf } from "#terminal/format.ts";
import { showProgress } from "#terminal/progress-display.ts";

test("counts and durations are short and read at a glance", () => {
  expect([0.42, 7, 12345.6, 4_987_654].map(formatCount)).toEqual(["0.42", "7", "12,346", "4.99M"]);
  expect([0.04, 12.2, 185, 7800].map(formatDuration)).toEqual(["0.0 s", "12 s", "3 min 05 s", "2 h 10 min"]);
  expect([1, 2].map((count) => formatNumberOf(count, "group"))).toEqual(["1 group", "2 groups"]);
});

test.each(["text", "json"] as const)(
  "showProgress() without a terminal writes a line every 10 s and at the end: %s",
  (format) => {
    vi.useFakeTimers();
    const stream = Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream;
    const progress = new Progress();
    const stop = showProgress(progress, { quiet: false, format, stream });
    progress.update("scan", "files", 0, 100);
    vi.advanceTimersByTime(9_999);
    expect(stream.read()).toBeNull();
    progress.update("scan", "files", 40);
    vi.advanceTimersByTime(1);
    progress.update("scan", "files", 100);
    progress.finish("scan");
    stop();
    vi.useRealTimers();
    const lines = String(stream.read()).trim().split("\n");
    expect(lines).toHaveLength(2);
    if (format === "json")
      expect(JSON.parse(lines[0])).toMatchObject({ event: "stage", stage: "scan", done: 40, total: 100 });
    else expect(lines[0]).toMatch(/^scan: 40 of 100 files · 4\/s · 15 s left$/);
  },
);

test("showProgress() on a terminal shows a note while there is no bar yet, and later whole, with the bars below it", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 40 }) as unknown as NodeJS.WriteStream;
  const progress = new Progress();
  const stop = showProgress(progress, { quiet: false, format: "text", stream });
  progress.note("Waiting for tasks");
  expect(String(stream.read())).toContain("Waiting for tasks");
  progress.update("scan", "files", 3, 100);
  vi.advanceTimersByTime(1000);
  stream.read();
  progress.note("a note of so many words that the terminal would cut it");
  vi.advanceTimersByTime(1000);
  const shown = String(stream.read());
  expect(shown).toContain("a note of so many words that the\u001b[K\nterminal would cut it\u001b[K\n");
  expect(shown.lastIndexOf("scan ")).toBeGreaterThan(shown.indexOf("terminal would"));
  progress.note("the last one");
  stop();
  expect(String(stream.read())).toContain("the last one");
});
