import { deserialize } from "node:v8";
import { LRUCache } from "lru-cache";
import type { ShardPart } from "#artifacts/shard-files.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { collectGarbage } from "#base/collect-garbage.ts";
import { sha256 } from "#base/fingerprint.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { RunDevice } from "#device/run-device.ts";
import {
  type CompareSpecification,
  packCompared,
  type SharedSearch,
  type SharedShard,
  unpackRows,
  vectorsHash,
} from "#fleet/compare-task.ts";
import type { FetchedFile, FleetStorage } from "#fleet/storage/fleet-storage.ts";
import type { BlockComparer, ComparedShard } from "#search/block-comparison.ts";
import type { FittedSketch } from "#search/fit-sketch.ts";
import type { Searcher } from "#search/searcher.ts";

export interface CompareHandlerOptions {
  readonly storage: FleetStorage;
  readonly searcher: Searcher;
  readonly device: RunDevice;
  /** For vectors of shards, and for their sketches: blocks that were used last stay. */
  readonly vectorBytes: number;
  readonly sketchBytes: number;
}

/** A search whose comparisons are done here. */
interface OpenSearch {
  readonly sketch: FittedSketch;
  readonly comparer: BlockComparer;
  /** Shards that a task has named, by their numbers. */
  readonly shards: Map<number, SharedShard>;
}

/** Searches that stay open: one for each model of a run. */
const KEPT_SEARCHES = 2;

/** Memory of dropped shards is only free again when the garbage was collected, which Node.js leaves for later. */
const COLLECT_EVERY = 8;

/** Compares blocks of shards, for a fleet. */
export class CompareHandler {
  readonly #options: CompareHandlerOptions;
  readonly #searches = new LRUCache<string, Promise<OpenSearch>>({ max: KEPT_SEARCHES });
  /** By their hash. */
  readonly #vectors: LRUCache<string, { readonly matrix: Promise<FeatureMatrix> }>;
  #dropped = 0;

  constructor(options: CompareHandlerOptions) {
    this.#options = options;
    this.#vectors = new LRUCache({
      maxSize: Math.ceil(options.vectorBytes),
      dispose: () => {
        if (++this.#dropped % COLLECT_EVERY === 0) collectGarbage();
      },
    });
  }

  async run({ search, left, right }: CompareSpecification): Promise<Uint8Array> {
    const key = JSON.stringify(search);
    const opening = this.#searches.get(key) ?? this.#open(search);
    this.#searches.set(key, opening);
    opening.catch(() => this.#searches.delete(key));
    const { sketch, comparer, shards } = await opening;
    const take = (all: readonly SharedShard[]) =>
      all.map((shard): ComparedShard => {
        shards.set(shard.number, shard);
        return { number: shard.number, firstRow: shard.firstRow, rows: unpackRows(shard.rows, shard.vectors) };
      });
    const later = take(right ?? left);
    const found = await comparer.compare({ left: right ? take(left) : later, right: later, sketch });
    return packCompared(found as NonNullable<typeof found>);
  }

  async #open(search: SharedSearch): Promise<OpenSearch> {
    const { storage, searcher, device, sketchBytes } = this.#options;
    const { threshold, blockRows, maxPairs, dim } = search;
    const bytes = await storage.read(search.sketch);
    if (!bytes || !search.sketch.endsWith(sha256(bytes)))
      throw new PipelineError(
        "artifact",
        `Expected "${search.sketch}" in ${storage.name}, found ${bytes ? "another" : "none"}`,
      );
    const shards = new Map<number, SharedShard>();
    const readShard = (number: number) => this.#vectorsOf(shards.get(number) as SharedShard, dim);
    device.want();
    const tiles = () => device.tiles;
    const comparer = searcher.comparer({ threshold, blockRows, maxPairs, readShard, tiles, sketchBytes });
    return { sketch: deserialize(bytes) as FittedSketch, comparer, shards };
  }

  #vectorsOf(shard: SharedShard, dim: number): Promise<FeatureMatrix> {
    const known = this.#vectors.get(shard.sha256);
    if (known) return known.matrix;
    const matrix = this.#read(shard, dim);
    const size = Math.max(1, shard.vectors * dim * Float32Array.BYTES_PER_ELEMENT);
    this.#vectors.set(shard.sha256, { matrix }, { size });
    matrix.catch(() => this.#vectors.delete(shard.sha256));
    return matrix;
  }

  async #read({ rowCount, features, views, sha256: expected }: SharedShard, dim: number): Promise<FeatureMatrix> {
    const { storage } = this.#options;
    const held: FetchedFile[] = [];
    const fetch = async ({ reference, checksum, ...place }: SharedShard["features"]) => {
      const file = await storage.fetch(reference);
      held.push(file);
      return { ...place, file: file.path, ...(checksum ? { checksum } : {}) };
    };
    try {
      const part: ShardPart = { ...(await fetch(features)), firstRow: 0, rowCount };
      const viewsPart = views && { ...(await fetch(views)), perImage: views.perImage };
      const store = new ShardStore(dim, [viewsPart ? { ...part, views: viewsPart } : part]);
      const { matrix } = (await store.readShard(0)).vectors;
      if (vectorsHash(matrix) === expected) return matrix;
      throw new PipelineError("artifact", `Expected the vectors that were planned in "${part.file}", found others`);
    } finally {
      for (const { release } of held) release();
    }
  }
}
