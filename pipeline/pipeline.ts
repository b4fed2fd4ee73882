import { join } from "node:path";
import { outputPaths } from "#artifacts/output-paths.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { dropDraft, publishDraft, startDraft } from "#artifacts/whole-folder.ts";
import { buffered, collect } from "#base/bounded-buffer.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import { type PairAccount, PairCollector, type PairList } from "#data/pair-list.ts";
import { rankPairs, rowOrderOf } from "#data/row-order.ts";
import { labelImages } from "#labels/label-images.ts";
import { readLabelCsv } from "#labels/read-label-csv.ts";
import { type RunFacts, runJson } from "#reports/run-report.ts";
import type { FoundPairs } from "#search/pairs-within.ts";
import { Searcher } from "#search/searcher.ts";
import type { Settings } from "#settings/settings.ts";
import { search } from "./3-search.ts";
import { cluster } from "./4-cluster.ts";
import { select } from "./5-select.ts";
import { type Findings, report } from "./6-report.ts";
import { openSource, type Source } from "./open-source.ts";

/** What every run.json tells of a run that came to its end. */
export type FinishedRun = Pick<RunFacts, "counts" | "model" | "search"> & { readonly exitCode: number };

const RUN_RECORD = "run.json";

/**
 * The whole flow: folders ─ scan ─▶ images ─ extract ─▶ shards ─ search ─▶ pairs ─ cluster ─▶ groups ─ select ─▶ candidates
 * ─ report ─▶ files. Scan, extract and search run at the same time; the rest needs all pairs.
 *
 * @param describeRun makes run.json of what is known at the end
 * @throws PipelineError for what a user can mend; earlier index and reports are then as they were
 */
export async function runPipeline(
  settings: Settings,
  progress: Progress,
  describeRun: (finished: FinishedRun) => RunFacts,
): Promise<FinishedRun> {
  const paths = outputPaths(settings.output);
  const labelFile = settings.labels === null ? new Map() : await readLabelCsv(settings.labels);
  const source = await openSource(settings, paths, progress);
  const searcher = new Searcher();
  try {
    const { threshold, dissimilar } = thresholdsOf(settings, source);
    const { store, expectedRows } = source;
    const { blockRows, maxPairs } = settings.search;
    const found = search(buffered(source.shards, 1), {
      searcher,
      store,
      threshold,
      blockRows,
      maxPairs,
      expectedRows,
      progress,
    });
    const { pairs: rowPairs, refined } = await gather(found);
    refuseNoImages(source);

    const order = rowOrderOf(store.images.map(({ id }) => id));
    const pairs = rankPairs(rowPairs, order);
    const images = Array.from(order.rowOfRank, (row) => store.images[row]);
    const { labels, unknown } = labelImages(images, labelFile);
    noteUnknownLabels(unknown, images[0].id, settings, progress);
    const catalog = { images, labels };
    const groups = await collect(cluster(pairs, { catalog, keep: settings.cluster.keep, store, order, progress }));
    const count = settings.candidates;
    const candidates = await collect(select(groups, { catalog, store, order, searcher, dissimilar, count, progress }));

    const findings: Findings = { catalog, pairs, groups, candidates, unreadable: source.unreadable };
    const finished: FinishedRun = {
      exitCode: source.unreadable.length > (settings.maxUnreadable ?? Number.POSITIVE_INFINITY) ? 4 : 0,
      counts: countsOf(findings, source.ignored),
      search: { vectors: images.length, account: accountOf(images.length, refined, pairs.count) },
      ...(source.model ? { model: source.model } : {}),
    };
    const draft = await startDraft(paths.reports, RUN_RECORD);
    await report(draft, findings, progress);
    await source.publish();
    await writeWholeFile(join(draft, RUN_RECORD), [runJson(describeRun(finished))]);
    await publishDraft(paths.reports);
    return finished;
  } finally {
    await searcher.close();
    await source.close();
    await dropDraft(paths.reports);
  }
}

function thresholdsOf(
  { threshold, dissimilar }: Settings,
  { model }: Source,
): { threshold: number; dissimilar: number } {
  const chosen = threshold ?? model?.preset.threshold;
  if (chosen === undefined) {
    throw new PipelineError("settings", "Features come without a model that knows its threshold: give --threshold");
  }
  // without a model to ask, unlike every labeled image means: a duplicate of none
  return { threshold: chosen, dissimilar: dissimilar ?? model?.preset.dissimilar ?? chosen };
}

async function gather(found: AsyncIterable<FoundPairs>): Promise<{ pairs: PairList; refined: number }> {
  const pairs = new PairCollector();
  let refined = 0;
  for await (const part of found) {
    pairs.addAll(part.pairs);
    refined += part.refined;
  }
  return { pairs: pairs.toList(), refined };
}

function refuseNoImages({ store, unreadable }: Source): void {
  if (store.images.length > 0) return;
  const first = unreadable[0] ? `: the first, ${JSON.stringify(unreadable[0].id)}, ${unreadable[0].reason}` : "";
  throw new PipelineError("input", `Expected readable images, found none among ${unreadable.length} files${first}`);
}

function noteUnknownLabels(
  unknown: readonly string[],
  exampleId: string,
  settings: Settings,
  progress: Progress,
): void {
  if (unknown.length === 0) return;
  const found = `${unknown.length} paths in "${settings.labels}" name no image of this run, the first ${JSON.stringify(unknown[0])}`;
  progress.note(`Passed over labels: ${found}; paths are object ids such as ${JSON.stringify(exampleId)}`);
}

function countsOf({ catalog, groups, candidates, unreadable }: Findings, ignored: number) {
  const images = catalog.images.length;
  const duplicates = groups.flatMap(({ members }) => members).filter(({ role }) => role === "duplicate").length;
  const [groupCount, candidateCount] = [groups.length, candidates.length];
  return {
    images,
    // every run begins a new index, so all of its images are new to it
    new: images,
    changed: 0,
    removed: 0,
    unreadable: unreadable.length,
    ignored,
    groups: groupCount,
    duplicates,
    candidates: candidateCount,
  };
}

/** Every pair is accounted for: the parts sum to the total. */
function accountOf(rows: number, refined: number, found: number): PairAccount {
  const total = (rows * (rows - 1)) / 2;
  return { total, stored: 0, skippedByBlock: 0, prunedBySketch: total - refined, refined, found };
}
