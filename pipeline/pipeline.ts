import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { outputPaths } from "#artifacts/output-paths.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { dropDraft, publishDraft, startDraft } from "#artifacts/whole-folder.ts";
import { collect } from "#base/bounded-buffer.ts";
import { closeAll } from "#base/close-all.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { ImageRecord, UnreadableImage } from "#data/image-record.ts";
import { rankPairs, rowOrderOf } from "#data/row-order.ts";
import type { ImageChanges } from "#data/row-owners.ts";
import { RunDevice } from "#device/run-device.ts";
import { labelImages } from "#labels/label-images.ts";
import { readLabelCsv } from "#labels/read-label-csv.ts";
import { Matcher } from "#matches/matcher.ts";
import { type RunCounts, type RunFacts, runJson } from "#reports/run-report.ts";
import { Searcher } from "#search/searcher.ts";
import type { Settings } from "#settings/settings.ts";
import { matchesOfRanks, matchPairs, PictureMatcher } from "./4-match.ts";
import { cluster } from "./5-cluster.ts";
import { select } from "./6-select.ts";
import { type Findings, report } from "./7-report.ts";
import { openSources, type SearchedSource, searchSources, unreadableOf } from "./sources.ts";

/** What every run.json tells of a run that came to its end. */
export type FinishedRun = Pick<RunFacts, "folders" | "model" | "secondModel" | "device" | "search" | "secondSearch"> & {
  readonly counts: RunCounts;
  readonly exitCode: number;
};

/** Share of the memory limit for features of earlier shards; the rest is for sketches, pictures under way and Node.js itself. */
const CACHE_SHARE = 0.4;

const RUN_RECORD = "run.json";

/**
 * The whole flow: folders ─ scan ─▶ images ─ extract ─▶ shards ─ search ─▶ pairs ─ match ─▶ pairs ─ cluster ─▶ groups ─ select ─▶
 * candidates ─ report ─▶ files. Scan, extract and search run at the same time; the rest needs all pairs.
 *
 * @param describeRun makes run.json of what is known at the end
 * @throws PipelineError for what a user can mend; earlier index and reports are then as they were
 */
export async function runPipeline(
  settings: Settings,
  progress: Progress,
  describeRun: (finished: FinishedRun) => RunFacts,
): Promise<FinishedRun> {
  const device = new RunDevice(settings.device, (line) => progress.note(line));
  try {
    // one that does not start is told before anything else is begun
    if (device.isNamed) await device.open();
    return await runWith(device, settings, progress, describeRun);
  } finally {
    await device.close();
  }
}

async function runWith(
  device: RunDevice,
  settings: Settings,
  progress: Progress,
  describeRun: (finished: FinishedRun) => RunFacts,
): Promise<FinishedRun> {
  const paths = outputPaths(settings.output);
  const labelFile = settings.labels === null ? new Map() : await readLabelCsv(settings.labels);
  const sources = await openSources({ settings, paths, device, progress });
  const searcher = new Searcher(cpus().length);
  const matcher = settings.features === null ? new Matcher(cpus().length) : undefined;
  const cacheBytes = CACHE_SHARE * memoryLimit(settings);
  try {
    const { source, second } = await searchSources(sources, settings, { searcher, device, cacheBytes });
    const { store, found, imageOfRow, changes } = source;
    const isSeen = (image: ImageRecord | undefined) => image && (second?.sight.has(image.id) ?? true);
    const order = rowOrderOf(imageOfRow.map((image) => (isSeen(image) ? image?.id : undefined)));
    const images = Array.from(order.rowOfRank, (row) => imageOfRow[row] as ImageRecord);
    const unreadable = unreadableOf(source, second);
    refuseNoImages(images, unreadable);
    const { labels, unknown } = labelImages(images, labelFile);
    noteUnknownLabels(unknown, images[0].id, settings, progress);
    const catalog = { images, labels };
    const pictures = new PictureMatcher({
      ...{ images, matcher, pathOf: source.pathOf, reader: source.reader },
      known: source.matches && matchesOfRanks(source.matches, order.rowOfRank),
    });
    const pairs = await matchPairs(rankPairs(found.pairs, order), pictures, progress);
    // without pictures nothing is more than similar
    const weakest = matcher ? settings.cluster.match : "similar";
    const clustering = { ...settings.cluster, weakest, catalog, pictures, store, order, progress };
    const groups = await collect(cluster(pairs, clustering));
    const seen = second
      ? { store: second.store, order: second.sight.orderOf(images), kept: second.choices }
      : { store, order, kept: source.choices };
    const selecting = { ...seen, catalog, searcher, dissimilar: sources.dissimilar, count: settings.candidates };
    const candidates = await collect(select(groups, { ...selecting, progress }));

    const shown = (await second?.sight.beside(pairs, images, { store, order }, { cacheBytes, progress })) ?? pairs;
    const findings: Findings = { catalog, pairs: shown, groups, candidates, unreadable };
    const finished: FinishedRun = {
      exitCode: unreadable.length > (settings.maxUnreadable ?? Number.POSITIVE_INFINITY) ? 4 : 0,
      counts: countsOf(findings, source.ignored, changes),
      device: device.used,
      folders: source.folders,
      ...modelFacts(source, second),
    };
    const draft = await startDraft(paths.reports, RUN_RECORD);
    await report(draft, findings, progress);
    await writeWholeFile(join(draft, RUN_RECORD), [runJson(describeRun(finished))]);
    await publishDraft(paths.reports);
    await source.commit();
    await second?.commit();
    return finished;
  } finally {
    await closeAll(
      () => searcher.close(),
      () => matcher?.close(),
      () => sources.close(),
      // what stays of it is removed by the next run
      () => dropDraft(paths.reports).catch(() => undefined),
    );
  }
}

/** Bytes. */
function memoryLimit({ limitMemory }: Settings): number {
  if (limitMemory !== null) return limitMemory * 2 ** 20;
  // a container or a unit may be allowed less than the machine has; 0 where the system does not say
  const allowed = process.constrainedMemory();
  return Math.min(totalmem(), allowed > 0 ? allowed : Number.POSITIVE_INFINITY) / 4;
}

function modelFacts(
  source: SearchedSource,
  second: SearchedSource | undefined,
): Omit<FinishedRun, "counts" | "exitCode" | "device" | "folders"> {
  const { model, found } = source;
  const search = { vectors: found.vectors, account: found.account };
  const first = { ...(model ? { model } : {}), search };
  if (!second?.model) return first;
  return {
    ...first,
    secondModel: second.model,
    secondSearch: { vectors: second.found.vectors, account: second.found.account },
  };
}

function refuseNoImages(images: readonly ImageRecord[], unreadable: readonly UnreadableImage[]): void {
  if (images.length > 0) return;
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

function countsOf({ catalog, groups, candidates, unreadable }: Findings, ignored: number, changes: ImageChanges) {
  const members = groups.flatMap((group) => group.members);
  return {
    images: catalog.images.length,
    ...changes,
    unreadable: unreadable.length,
    ignored,
    groups: groups.length,
    duplicates: members.filter(({ role }) => role === "duplicate").length,
    chained: members.filter(({ link }) => link === "chain").length,
    candidates: candidates.length,
  };
}
