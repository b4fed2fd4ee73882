import { cpus } from "node:os";
import { type EditedReport, editedReports } from "#artifacts/edited-reports.ts";
import { type OutputPaths, outputPaths } from "#artifacts/output-paths.ts";
import { dropDraft } from "#artifacts/whole-folder.ts";
import { collect } from "#base/bounded-buffer.ts";
import { closeAll } from "#base/close-all.ts";
import type { Progress } from "#base/progress.ts";
import { rankPairs } from "#data/row-order.ts";
import type { ImageChanges } from "#data/row-owners.ts";
import { RunDevice } from "#device/run-device.ts";
import type { Fleet } from "#fleet/fleet.ts";
import { readLabels } from "#labels/read-labels.ts";
import { Matcher } from "#matches/matcher.ts";
import { type RunCounts, type RunFacts, runJson } from "#reports/run-report.ts";
import { Ledger } from "#review/ledger.ts";
import { takeReviews } from "#review/take-reviews.ts";
import { Searcher } from "#search/searcher.ts";
import { memoryLimit } from "#settings/memory-limit.ts";
import type { Settings } from "#settings/settings.ts";
import { matchesOfRanks, matchPairs, PictureMatcher } from "./4-match.ts";
import { cluster } from "./5-cluster.ts";
import { report } from "./7-report.ts";
import { catalogImages, type Knowledge } from "./catalog.ts";
import { checkCounts, checkLabels } from "./check-labels.ts";
import type { Findings } from "./findings.ts";
import { nameGroups } from "./group-history.ts";
import { prepareQueries } from "./prepare-queries.ts";
import { Proposals } from "./proposals.ts";
import { publish } from "./publish.ts";
import { openSources, type SearchedSource, type SearchedSources, searchSources } from "./sources.ts";
import { makeThumbnails } from "./thumbnails.ts";

/** What every run.json tells of a run that came to its end. */
export type FinishedRun = Pick<RunFacts, "folders" | "model" | "secondModel" | "device" | "search" | "secondSearch"> & {
  readonly counts: RunCounts;
  readonly exitCode: number;
};

/** Share of the memory limit for features of earlier shards; the rest is for sketches, pictures under way and Node.js itself. */
const CACHE_SHARE = 0.4;

/** What a run is told. */
export interface RunOrder {
  readonly settings: Settings;
  /** Files of decisions, besides those among the latest reports. */
  readonly reviewed: readonly string[];
  readonly started: Date;
  readonly progress: Progress;
  /** Makes run.json of what is known at the end. */
  readonly describe: (finished: FinishedRun, reports: RunFacts["reports"]) => RunFacts;
}

/**
 * The whole flow: folders ─ scan ─▶ images ─ extract ─▶ shards ─ search ─▶ pairs ─ match ─▶ pairs ─ cluster ─▶ groups ─ select ─▶
 * candidates ─ report ─▶ files. Scan, extract and search run at the same time; the rest needs all pairs.
 *
 * @throws PipelineError for what a user can mend; earlier index and reports are then as they were
 */
export async function runPipeline(run: RunOrder): Promise<FinishedRun> {
  const { settings, progress } = run;
  const tell = (line: string) => progress.note(line);
  const fleet = await openFleet(settings, tell);
  // what a fleet computes is computed on its devices
  const device = new RunDevice(fleet ? "cpu" : settings.device, tell);
  try {
    // one that does not start is told before anything else is begun
    if (device.isNamed) await device.open();
    return await runWith({ device, fleet }, run);
  } finally {
    await closeAll(
      () => device.close(),
      async () => fleet?.close(),
    );
  }
}

/** The libraries take long to load. */
async function openFleet(settings: Settings, tell: (line: string) => void): Promise<Fleet | undefined> {
  const { redis } = settings.fleet;
  if (redis === null) return undefined;
  const { Fleet } = await import("#fleet/fleet.ts");
  return Fleet.open(redis, settings, outputPaths(settings.output), tell);
}

/** Where a run computes. */
interface Computers {
  readonly device: RunDevice;
  readonly fleet: Fleet | undefined;
}

async function runWith({ device, fleet }: Computers, run: RunOrder): Promise<FinishedRun> {
  const { settings, progress, started } = run;
  const paths = outputPaths(settings.output);
  const known = await readKnowledge(run, paths);
  const sources = await openSources({ settings, paths, device, fleet, progress });
  const searcher = new Searcher(cpus().length);
  const matcher = settings.features === null ? new Matcher(cpus().length) : undefined;
  const cacheBytes = CACHE_SHARE * memoryLimit(settings);
  try {
    const searched = await searchSources(sources, settings, { searcher, device, fleet, cacheBytes });
    fleet?.refuseSetAside();
    const { source, second } = searched;
    const { threshold } = sources.first;
    const using = { searched, searcher, matcher, cacheBytes, threshold, dissimilar: sources.dissimilar };
    const { findings, named } = await findOut(run, known, using);
    const finished: FinishedRun = {
      exitCode: findings.unreadable.length > (settings.maxUnreadable ?? Number.POSITIVE_INFINITY) ? 4 : 0,
      counts: countsOf(findings, source.ignored, source.changes),
      device: device.used,
      folders: source.folders,
      ...modelFacts(source, second),
    };
    const write = (folder: string) => report(folder, findings, { settings, pathOf: source.pathOf, progress });
    const describe = (reports: RunFacts["reports"]) => runJson(run.describe(finished, reports));
    await known.proposals.record(findings.catalog, findings.candidates, started);
    await publish(write, describe, { paths, read: known.edited, started, progress });
    await source.commit(named);
    await second?.commit();
    await fleet?.finish();
    await prepareQueries(settings, searcher, progress);
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

/** What the way from pairs to findings makes use of. */
interface FindingTools {
  readonly searched: SearchedSources;
  readonly searcher: Searcher;
  /** Undefined where there are no pictures. */
  readonly matcher: Matcher | undefined;
  readonly cacheBytes: number;
  /** Plain L2: of pairs, and of candidates to every labeled image. */
  readonly threshold: number;
  readonly dissimilar: number;
}

/** From the pairs that were found near to everything that reports tell. */
async function findOut({ settings, progress }: RunOrder, known: KnownBefore, tools: FindingTools) {
  const { searched, searcher, matcher, cacheBytes, threshold, dissimilar } = tools;
  const { source, second } = searched;
  const { store } = source;
  const { catalog, order, apart, unreadable } = catalogImages(searched, known, settings, progress);
  const { images } = catalog;
  const pictures = new PictureMatcher({
    ...{ images, matcher, pathOf: source.pathOf, reader: source.reader },
    known: source.matches && matchesOfRanks(source.matches, order.rowOfRank),
  });
  const pairs = await matchPairs(rankPairs(source.found.pairs, order), pictures, progress);
  // without pictures nothing is more than similar
  const weakest = matcher ? settings.cluster.match : "similar";
  const clustering = { ...settings.cluster, weakest, catalog, apart, pictures, store, order, progress };
  const found = await collect(cluster(pairs, clustering));
  const { groups, changes, named } = nameGroups(found, images, await source.readGroups());
  const checks = await checkLabels(pairs, groups, { ...clustering, searcher });
  const { candidates, chosenBy } = await known.proposals.rank(groups, {
    ...(second ? { store: second.store, order: second.sight.orderOf(images) } : { store, order }),
    ...{ dissimilar, count: settings.candidates, rules: settings.select, model: (second ?? source).model },
    ...{ catalog, searcher, showsNothing: (rank) => pictures.showsNothing(rank), progress },
  });
  const shown = (await second?.sight.beside(pairs, images, { store, order }, { cacheBytes, progress })) ?? pairs;
  const making = { images, source, count: settings.thumbnails, progress };
  const thumbnails = await makeThumbnails(groups, candidates, making);
  const measure = { threshold, secondModel: second?.model?.preset.name };
  const chosen = { candidates, chosenBy, thumbnails };
  const findings: Findings = { catalog, pairs: shown, groups, changes, checks, ...chosen, unreadable, measure };
  return { findings, named };
}

/** What is known before a run begins: what people said, and what the run before proposed. */
interface KnownBefore extends Knowledge {
  readonly edited: readonly EditedReport[];
  readonly proposals: Proposals;
}

/** Reads what people said since the latest run, and takes their decisions down: what is unclear is told before anything is begun. */
async function readKnowledge({ settings, reviewed, progress }: RunOrder, paths: OutputPaths): Promise<KnownBefore> {
  const labels = await readLabels(settings.labels);
  const ledger = await Ledger.read(settings.decisions ?? paths.decisions);
  const edited = await editedReports(paths.reports);
  for (const line of await takeReviews(paths.reports, ledger, { edited, files: reviewed })) progress.note(line);
  const isEdited = edited.some(({ name }) => name === "candidates.json");
  const proposals = await Proposals.read(paths, settings, isEdited, progress);
  return { labels, decisions: ledger.records, edited, proposals };
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

function countsOf(
  { catalog, groups, candidates, checks, unreadable }: Findings,
  ignored: number,
  changes: ImageChanges,
) {
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
    ...checkCounts(checks, catalog),
  };
}
