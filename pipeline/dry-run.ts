import { stat } from "node:fs/promises";
import { type OutputPaths, outputPaths } from "#artifacts/output-paths.ts";
import { type IndexView, peekIndex } from "#artifacts/peek-index.ts";
import { stageSpeeds } from "#artifacts/run-history.ts";
import { collect } from "#base/bounded-buffer.ts";
import { orderedMap } from "#base/ordered-map.ts";
import type { ImageFile } from "#data/image-record.ts";
import type { IndexRow } from "#data/index-row.ts";
import { pairsAmong } from "#data/pair-list.ts";
import { viewCount } from "#data/view.ts";
import { hashFile } from "#images/hash-file.ts";
import { chosenViews } from "#settings/chosen-views.ts";
import { findModel } from "#settings/find-model.ts";
import type { Settings } from "#settings/settings.ts";
import { formatCount, formatDuration, formatNumberOf } from "#terminal/format.ts";
import { indexFingerprint, listFiles } from "./open-images.ts";

/** What a run with these settings would do; nothing is written. */
export async function describeDryRun(settings: Settings): Promise<string> {
  if (settings.features !== null)
    return `Would search the features in "${settings.features}" and write to "${settings.output}".`;
  const paths = outputPaths(settings.output);
  const { file, preset } = findModel(settings);
  const { files, ignored } = await listFiles(settings, paths);
  const views = chosenViews(settings, preset);
  const { sha256 } = await hashFile(file);
  const known = await peekIndex(paths.index, indexFingerprint(sha256, preset, views));
  const changes = await changesOf(files, known ?? { rows: [], unreadable: [] });
  const references = files.filter(({ reference }) => reference).length;
  const toRead = changes.new + changes.changed;
  // views that turn out like the picture are left out; a run tells the true number
  const perImage = meanVectors(known?.rows) ?? 1 + viewCount(views);
  const pairs = pairsAmong(files.length * perImage) - pairsAmong((files.length - toRead) * perImage);
  const found = [
    `${formatCount(changes.new)} new`,
    `${formatCount(changes.changed)} changed in size or time`,
    `${formatCount(changes.gone)} gone`,
  ];
  return [
    `Would look at ${formatNumberOf(files.length, "file")} (${formatCount(references)} of them references; ${formatCount(ignored)} ignored): ${found.join(", ")},`,
    known ? `keep the index of ${formatNumberOf(known.rows.length, "image")},` : "begin a new index,",
    `embed ${formatNumberOf(toRead, "image")} with ${preset.name} (${file}), with ${views.length > 0 ? `the views ${views.join(", ")}` : "no further views"},`,
    `compare about ${formatCount(Math.round(pairs))} pairs of vectors at threshold ${settings.threshold ?? preset.threshold},`,
    `rank up to ${formatCount(settings.candidates)} candidates farther than ${settings.dissimilar ?? preset.dissimilar} from every labeled image,`,
    `and write index, reports and runs to "${settings.output}".`,
    await describeTime(paths, { extract: toRead, search: pairs }),
  ].join("\n");
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

async function describeTime({ runs }: OutputPaths, work: Readonly<Record<string, number>>): Promise<string> {
  const speeds = await stageSpeeds(runs);
  if (!speeds.has("extract")) return "How long it takes is not known, as no earlier run is.";
  const seconds = Object.entries(work).map(([stage, items]) => items / (speeds.get(stage) ?? Number.POSITIVE_INFINITY));
  const longest = Math.max(...seconds);
  return `At the speed of earlier runs, reading and comparing would take about ${formatDuration(longest)}.`;
}
