import { serialize } from "node:v8";
import type { ShardPart, ViewsPart } from "#artifacts/shard-files.ts";
import { sha256 } from "#base/fingerprint.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import {
  type CompareSpecification,
  packRows,
  type SharedSearch,
  type SharedShard,
  unpackCompared,
  vectorsHash,
} from "#fleet/compare-task.ts";
import type { FleetTasks } from "#fleet/fleet-tasks.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { writeExactly } from "#fleet/storage/write-exactly.ts";
import type { BlockComparer, BlockComparison, ComparedBlocks, ComparedShard } from "#search/block-comparison.ts";
import type { FittedSketch } from "#search/fit-sketch.ts";

/** A search whose comparisons a fleet does. */
export interface FleetSearch {
  /** Plain L2, inclusive. */
  readonly threshold: number;
  readonly blockRows: number;
  readonly maxPairs: number;
  /** The vectors of a shard by its number. */
  readonly readShard: (shard: number) => Promise<FeatureMatrix>;
  /** Where they lie on disk. */
  readonly partOf: (shard: number) => ShardPart;
}

interface FleetComparerOptions extends FleetSearch {
  readonly tasks: FleetTasks;
  readonly storage: FleetStorage;
  readonly space: string;
  readonly atOnce: number;
  /** Is told of files in the bucket that the next run needs too. */
  readonly onKept: (reference: string) => void;
}

/** Has blocks of shards compared by the workers of a fleet. */
export class FleetComparer implements BlockComparer {
  readonly atOnce: number;
  readonly #options: FleetComparerOptions;
  readonly #shards = new Map<number, Promise<SharedShard>>();
  readonly #searches = new WeakMap<FittedSketch, Promise<SharedSearch>>();

  constructor(options: FleetComparerOptions) {
    this.#options = options;
    this.atOnce = options.atOnce;
  }

  /** While it is in memory. */
  async prepare(shard: ComparedShard): Promise<void> {
    await this.#shared(shard);
  }

  async compare({ left, right, sketch }: BlockComparison): Promise<ComparedBlocks | undefined> {
    if (!sketch) throw new Error("Few rows are compared where they are");
    const share = (shards: readonly ComparedShard[]) => Promise.all(shards.map((shard) => this.#shared(shard)));
    const specification: CompareSpecification = {
      search: await this.#search(sketch, left[0].number),
      left: await share(left),
      right: left === right ? null : await share(right),
    };
    const what = `the pairs of shards ${span(left)} and ${span(right)}`;
    const task = await this.#options.tasks.run("compare", specification, what);
    return task?.read(unpackCompared);
  }

  #search(sketch: FittedSketch, anyShard: number): Promise<SharedSearch> {
    const known = this.#searches.get(sketch) ?? this.#shareSketch(sketch, anyShard);
    this.#searches.set(sketch, known);
    return known;
  }

  async #shareSketch(sketch: FittedSketch, anyShard: number): Promise<SharedSearch> {
    const { storage, space, threshold, blockRows, maxPairs, readShard } = this.#options;
    const bytes = serialize(sketch);
    const key = `${space}sketches/${sha256(bytes)}`;
    await writeExactly(storage, key, bytes);
    return { sketch: key, threshold, blockRows, maxPairs, dim: (await readShard(anyShard)).dim };
  }

  #shared(shard: ComparedShard): Promise<SharedShard> {
    const known = this.#shards.get(shard.number) ?? this.#share(shard);
    this.#shards.set(shard.number, known);
    return known;
  }

  async #share({ number, firstRow, rows }: ComparedShard): Promise<SharedShard> {
    const { readShard, partOf } = this.#options;
    const vectors = await readShard(number);
    const hash = vectorsHash(vectors);
    const part = partOf(number);
    const views = part.views && {
      ...(await this.#shareRows({ ...part.views, firstRowInFile: part.firstRowInFile }, `${hash}.views`)),
      perImage: part.views.perImage,
    };
    return {
      ...{ number, firstRow, sha256: hash },
      ...{ vectors: vectors.rowCount, rows: packRows(rows, vectors.rowCount), rowCount: part.rowCount },
      features: await this.#shareRows(part, `${hash}.features`),
      views: views ?? null,
    };
  }

  async #shareRows(part: Omit<ViewsPart, "perImage"> & { readonly firstRowInFile: number }, name: string) {
    const { storage, space, onKept } = this.#options;
    const { file, dataOffset, firstRowInFile, checksum } = part;
    const reference = await storage.share(file, `${space}shards/${name}.npy`);
    onKept(reference);
    return { reference, dataOffset, firstRowInFile, checksum: checksum ?? null };
  }
}

function span(shards: readonly ComparedShard[]): string {
  const [first, last] = [shards[0].number, shards[shards.length - 1].number];
  return first === last ? String(first) : `${first} to ${last}`;
}
