import { stat } from "node:fs/promises";
import { besideOf } from "#artifacts/open-index.ts";
import { type OutputPaths, outputPaths } from "#artifacts/output-paths.ts";
import { type IndexView, peekIndex } from "#artifacts/peek-index.ts";
import { stageSpeeds } from "#artifacts/run-history.ts";
import { collect } from "#base/bounded-buffer.ts";
import { orderedMap } from "#base/ordered-map.ts";
import type { ImageFile } from "#data/image-record.ts";
import type { IndexRow } from "#data/index-row.ts";
import { pairsAmong } from "#data/pair-list.ts";
import { viewCount } from "#data/view.ts";
import { firstModel, type RunModel, secondModel } from "#device/run-model.ts";
import type { Settings } from "#settings/settings.ts";
import { formatCount, formatDuration, formatNumberOf } from "#terminal/format.ts";
import { listFiles } from "./open-images.ts";

/** What a run with these settings would do; nothing is written. */
export async function describeDryRun(settings: Settings): Promise<string> {
  if (settings.features !== null)
    return `Would search the features in "${settings.features}" and write to "${settings.output}".`;
  const paths = outputPaths(settings.output);
  const model = await firstModel(settings);
  const second = await secondModel(settings, model);
  const { files, ignored } = await listFiles(settings, paths);
  const references = files.filter(({ reference }) => reference).length;
  const first = await plannedWork(files, model, paths);
  const beside = second && (await plannedWork(files, second, paths));
  const found = [
    `${formatCount(first.changes.new)} new`,
    `${formatCount(first.changes.changed)} changed in size or time`,
    `${formatCount(first.changes.gone)} gone`,
  ];
  const dissimilar = settings.dissimilar ?? (second ?? model).preset.dissimilar;
  return [
    `Would look at ${formatNumberOf(files.length, "file")} (${formatCount(references)} of them references; ${formatCount(ignored)} ignored): ${found.join(", ")},`,
    ...describeWork(first, model, settings.threshold),
    ...(second && beside ? describeWork(beside, second, settings.secondThreshold) : []),
    `rank up to ${formatCount(settings.candidates)} candidates farther than ${dissimilar} from every labeled image,`,
    `and write index, reports and runs to "${settings.output}".`,
    await describeTime(paths, [
      { extract: first.toRead, search: first.pairs },
      ...(beside ? [{ "extract 2": beside.toRead, "search 2": beside.pairs }] : []),
    ]),
  ].join("\n");
}

interface PlannedWork {
  readonly changes: { readonly new: number; readonly changed: number; readonly gone: number };
  readonly known: IndexView | undefined;
  readonly toRead: number;
  /** Of vectors. */
  readonly pairs: number;
}

async function plannedWork(
  files: readonly ImageFile[],
  { fingerprint, views }: RunModel,
  paths: OutputPaths,
): Promise<PlannedWork> {
  // a model may change places with another, or come back
  const beside = besideOf(paths.index, fingerprint);
  const known = (await peekIndex(paths.index, fingerprint)) ?? (await peekIndex(beside, fingerprint));
  const changes = await changesOf(files, known ?? { rows: [], unreadable: [] });
  const toRead = changes.new + changes.changed;
  // views that turn out like the picture are left out; a run tells the true number
  const perImage = meanVectors(known?.rows) ?? 1 + viewCount(views);
  const pairs = pairsAmong(files.length * perImage) - pairsAmong((files.length - toRead) * perImage);
  return { changes, known, toRead, pairs };
}

function describeWork({ known, toRead, pairs }: PlannedWork, model: RunModel, threshold: number | null): string[] {
  const { preset, views, file } = model;
  return [
    known ? `keep the index of ${formatNumberOf(known.rows.length, "image")},` : "begin a new index,",
    `embed ${formatNumberOf(toRead, "image")} with ${preset.name} (${file}), with ${views.length > 0 ? `the views ${views.join(", ")}` : "no further views"},`,
    `compare about ${formatCount(Math.round(pairs))} pairs of vectors at threshold ${threshold ?? preset.threshold},`,
  ];
}

/** New and changed files may turn out to be moved or only touched when they are read. */
async function changesOf(files: readonly ImageFile[], { rows: known, unreadable }: IndexView) {
  const rows = new Map([...unreadable, ...known].map((file) => [file.id, file]));
  const ids = new Set(files.map(({ id }) => id));
  const verdicts = await collect(
    orderedMap(files, 16, async ({ id, path, problem }) => {
      const row = rows.get(id);
      if (!row) return "new";
      const found = problem === undefined ? await stat(path).catch(() => undefined) : undefined;
      return !found || (found.size === row.bytes && found.mtimeMs === row.modified) ? "unchanged" : "changed";
    }),
  );
  const count = (verdict: string) => verdicts.filter((each) => each === verdict).length;
  return { new: count("new"), changed: count("changed"), gone: known.filter(({ id }) => !ids.has(id)).length };
}

function meanVectors(known: readonly IndexRow[] | undefined): number | undefined {
  return known?.length ? known.reduce((sum, { vectors }) => sum + vectors, 0) / known.length : undefined;
}

/** @param work of stages that run at the same time, by turns */
async function describeTime({ runs }: OutputPaths, work: readonly Readonly<Record<string, number>>[]): Promise<string> {
  const speeds = await stageSpeeds(runs);
  if (!speeds.has("extract")) return "How long it takes is not known, as no earlier run is.";
  const seconds = work.map((stages) => {
    const each = Object.entries(stages).map(
      ([stage, items]) => items / (speeds.get(stage) ?? Number.POSITIVE_INFINITY),
    );
    return Math.max(...each);
  });
  const sum = seconds.reduce((all, each) => all + each, 0);
  return `At the speed of earlier runs, reading and comparing would take about ${formatDuration(sum)}.`;
}
