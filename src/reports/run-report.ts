import { type ModelPreset, preprocessingOf } from "#data/model-preset.ts";
import type { PairAccount } from "#data/pair-list.ts";
import type { View } from "#data/view.ts";

export interface RunCounts {
  readonly images: number;
  readonly new: number;
  readonly changed: number;
  readonly moved: number;
  readonly removed: number;
  readonly unreadable: number;
  readonly ignored: number;
  readonly groups: number;
  readonly duplicates: number;
  /** Members that hang together with their keeper only through others. */
  readonly chained: number;
  readonly candidates: number;
  /** Images without a label for which one is suggested. */
  readonly suggestions: number;
  /** Groups whose labels differ. */
  readonly conflicts: number;
  /** Pairs of duplicates that lie in two splits. */
  readonly leaks: number;
  /** Images for which another split is proposed. */
  readonly resplit: number;
}

interface ModelFacts {
  readonly preset: ModelPreset;
  readonly sha256: string;
  readonly dim: number;
  readonly views: readonly View[];
}

interface SearchFacts {
  readonly vectors: number;
  readonly account: PairAccount;
}

/** Where images were looked for. */
export interface ScannedFolder {
  /** Absolute, links resolved. */
  readonly path: string;
  /** What the ids of its images begin with. */
  readonly prefix: string;
  readonly reference: boolean;
}

/** What a run was told, did and took; what is not known when a run fails early is left out. */
export interface RunFacts {
  readonly version: string;
  readonly started: Date;
  readonly finished: Date;
  readonly exitCode: number;
  readonly error?: string;
  readonly config: unknown;
  readonly folders?: readonly ScannedFolder[];
  readonly model?: ModelFacts;
  readonly secondModel?: ModelFacts;
  readonly device: string;
  readonly counts?: RunCounts;
  readonly search?: SearchFacts;
  readonly secondSearch?: SearchFacts;
  /** Reports beside run.json, as they were written. */
  readonly reports?: readonly unknown[];
  readonly stages: readonly { readonly name: string; readonly seconds: number; readonly items: number }[];
  readonly peakRssBytes: number;
}

/** run.json: the one report that holds times, durations and facts of the machine. */
export function runJson(facts: RunFacts): string {
  const { model, secondModel, search, secondSearch } = facts;
  const content = {
    schema: "twinsift/run@1",
    version: facts.version,
    started: facts.started.toISOString(),
    finished: facts.finished.toISOString(),
    exit_code: facts.exitCode,
    error: facts.error,
    config: facts.config,
    folders: facts.folders,
    model: model && modelFields(model),
    second_model: secondModel && modelFields(secondModel),
    device: facts.device,
    counts: facts.counts,
    search: search && searchFields(search),
    second_search: secondSearch && searchFields(secondSearch),
    stages: facts.stages.map(({ name, seconds, items }) => ({
      name,
      seconds: rounded(seconds),
      items,
      items_per_second: seconds > 0 ? rounded(items / seconds) : null,
    })),
    peak_rss_bytes: facts.peakRssBytes,
    reports: facts.reports,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function modelFields({ preset, sha256, dim, views }: ModelFacts) {
  const { normalize, ...preprocessing } = preprocessingOf(preset);
  return { name: preset.name, sha256, dim, normalize, preprocessing, views };
}

function searchFields({ vectors, account }: SearchFacts) {
  return {
    vectors,
    pairs_total: account.total,
    pairs_stored: account.stored,
    pairs_skipped_by_block: account.skippedByBlock,
    pairs_pruned_by_sketch: account.prunedBySketch,
    pairs_refined: account.refined,
    pairs_found: account.found,
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
