import { besideOf } from "#artifacts/open-index.ts";
import { closeAll } from "#base/close-all.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { UnreadableImage } from "#data/image-record.ts";
import type { RunDevice } from "#device/run-device.ts";
import { firstModel, type RunModel, secondModel } from "#device/run-model.ts";
import type { Fleet } from "#fleet/fleet.ts";
import type { Searcher } from "#search/searcher.ts";
import type { Settings } from "#settings/settings.ts";
import { type FoundInAll, type SearchOptions, search } from "./3-search.ts";
import { openFeatures } from "./open-features.ts";
import { openImages, type RunContext } from "./open-images.ts";
import { SecondSight } from "./second-sight.ts";
import type { SettledRows, Source } from "./source.ts";

/** Where the rows of a run come from, and how near is near; the second model's beside, where there is one. */
export interface Sources {
  readonly first: MeasuredSource;
  readonly second: MeasuredSource | undefined;
  /** A candidate is farther than this from every labeled image; plain L2, of the second model where there is one. */
  readonly dissimilar: number;
  close(): Promise<void>;
}

interface MeasuredSource {
  readonly source: Source;
  /** Plain L2, inclusive. */
  readonly threshold: number;
  readonly nameThreshold: SearchOptions["nameThreshold"];
  readonly progress: Progress;
}

const byFlag = (threshold: number) => `--threshold ${threshold}`;
const byConfig = (threshold: number) => `"secondThreshold": ${threshold} in the config file`;

/** A source that was read to its end. */
export type SearchedSource = Source & SettledRows & { readonly found: FoundInAll };

/** Those of a run; the second model's beside, where there is one. */
export interface SearchedSources {
  readonly source: SearchedSource;
  readonly second: (SearchedSource & { readonly sight: SecondSight }) | undefined;
}

/** A wrong second model is told before the first has begun its work. */
export async function openSources(context: RunContext): Promise<Sources> {
  const { settings, progress } = context;
  if (settings.features !== null) {
    const source = await openFeatures(settings.features, context);
    const { threshold } = settings;
    if (threshold === null)
      throw new PipelineError("settings", "Features come without a model that knows its threshold: give --threshold");
    // without a model to ask, unlike every labeled image means: a duplicate of none
    const dissimilar = settings.dissimilar ?? threshold;
    return {
      first: { source, threshold, nameThreshold: byFlag, progress },
      second: undefined,
      dissimilar,
      close: () => source.close(),
    };
  }
  const model = await firstModel(settings);
  const beside = await secondModel(settings, model);
  const source = await openImages(context, model, context.paths.index);
  try {
    const threshold = settings.threshold ?? model.preset.threshold;
    const first = { source, threshold, nameThreshold: byFlag, progress };
    const dissimilar = settings.dissimilar ?? (beside ?? model).preset.dissimilar;
    if (!beside) return { first, second: undefined, dissimilar, close: () => source.close() };
    const second = await openSecond(context, beside);
    return { first, second, dissimilar, close: () => closeAll(source.close, second.source.close) };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** The same folders for the second model, whose index lies beside that of the first. */
async function openSecond(run: RunContext, model: RunModel): Promise<MeasuredSource> {
  const { settings, paths, progress } = run;
  // the first model's index tells whether folders have shrunk: this one may have been away for long
  const context = { ...run, settings: { ...settings, allowShrink: true }, progress: progress.suffixed(" 2") };
  const source = await openImages(context, model, besideOf(paths.index, model.fingerprint));
  const threshold = settings.secondThreshold ?? model.preset.threshold;
  return { source, threshold, nameThreshold: byConfig, progress: context.progress };
}

export interface SearchSourcesOptions {
  readonly fleet: Fleet | undefined;
  readonly searcher: Searcher;
  readonly device: RunDevice;
  /** Bytes for features of earlier shards. */
  readonly cacheBytes: number;
}

/** Reads and searches the first model's source, then the second's: two models at once would halve the speed of each. */
export async function searchSources(
  { first, second }: Sources,
  settings: Settings,
  options: SearchSourcesOptions,
): Promise<SearchedSources> {
  const source = await searched(first, settings, options);
  if (!second) return { source, second: undefined };
  const beside = await searched(second, settings, options);
  return { source, second: { ...beside, sight: new SecondSight(beside) } };
}

async function searched(
  { source, ...measured }: MeasuredSource,
  settings: Settings,
  options: SearchSourcesOptions,
): Promise<SearchedSource> {
  const { blockRows, maxPairs } = settings.search;
  const found = await search(source.fresh, { ...source, ...options, ...measured, blockRows, maxPairs });
  return { ...source, ...(await source.settle()), found };
}

/** What either model could not read, each file once: the first model's reason where both have one. */
export function unreadableOf(first: Source, second: Source | undefined): readonly UnreadableImage[] {
  if (!second) return first.unreadable;
  const known = new Set(first.unreadable.map(({ id }) => id));
  return [...first.unreadable, ...second.unreadable.filter(({ id }) => !known.has(id))];
}
