import { access, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { readArrayFile, type StoredArray, writeArrayFile } from "#artifacts/array-file.ts";
import { makeFolder } from "#artifacts/make-folder.ts";
import { fingerprint } from "#base/fingerprint.ts";
import type { Metric } from "#data/metric.ts";
import type { EncodedLevel } from "#search/encoded-level.ts";
import type { FittedRowIndex } from "#search/fit-row-index.ts";

/** A fit that is kept: rows that are encoded by it are only of use with it. */
export interface StoredFit {
  /** Of everything that decides what rows become. */
  readonly id: string;
  readonly fitted: FittedRowIndex;
  /** Rows that there were when it was made. */
  readonly rowCount: number;
}

/** A shard's rows as byte numbers. */
export interface StoredEncoding {
  readonly levels: readonly EncodedLevel[];
  /** Which of the shard's views its further vectors are, in their order: numbers of rows of the views' array, flattened to (rows × views, dim). */
  readonly views: Uint32Array;
}

const ROWS = ".rows.bin";
const FIT = ".fit.bin";
const OWN_NAMES = /^([0-9a-f]{32}\.rows\.bin|(l2|cosine)\.fit\.bin)(\.tmp)?$/;

/**
 * What makes queries quick, kept between runs: every file is a pure function of what it is named by, so a missing or damaged one is only made
 * again, whoever needs it.
 */
export class EncodedRowsFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async readFit(metric: Metric): Promise<StoredFit | undefined> {
    const file = await readArrayFile(join(this.#folder, metric + FIT));
    return file && parseFit(file.head as FitHead, file.arrays);
  }

  /** @throws PipelineError `artifact` when the disk does not take it */
  async writeFit({ fitted, rowCount, id }: StoredFit): Promise<void> {
    await makeFolder(this.#folder);
    const levels = fitted.levels.map(({ rotation, quantiser }) => {
      const { mean: _, basis, ...numbers } = rotation;
      return { rotation: { ...numbers, hasBasis: basis !== undefined }, quantiser };
    });
    const head: FitHead = { id, metric: fitted.metric, rowCount, levels };
    await writeArrayFile(join(this.#folder, fitted.metric + FIT), { head, arrays: arraysOf(fitted) });
  }

  /**
   * @param shard what names the content of a shard
   * @param levels how many are wanted, the narrowest first
   */
  async readRows(fit: StoredFit, shard: string, levels: number): Promise<StoredEncoding | undefined> {
    const files = await Promise.all(
      Array.from({ length: levels }, (_, level) => readArrayFile(join(this.#folder, nameOf(fit, shard, level)))),
    );
    const [views] = files[0]?.arrays ?? [];
    const read: EncodedLevel[] = [];
    for (const file of files) {
      if (!file) return undefined;
      const [, numbers, squares, slacks] = file.arrays as [Uint32Array, Int8Array, Int32Array, Float32Array];
      read.push({ numbers, squares, slacks });
    }
    return { levels: read, views: views as Uint32Array };
  }

  /** Whether there are rows of a shard; they may be damaged. */
  async hasRows(fit: StoredFit, shard: string): Promise<boolean> {
    const paths = fit.fitted.levels.map((_, level) => join(this.#folder, nameOf(fit, shard, level)));
    return Promise.all(paths.map((path) => access(path))).then(
      () => true,
      () => false,
    );
  }

  /** See `readRows`. @throws PipelineError `artifact` when the disk does not take it */
  async writeRows(fit: StoredFit, shard: string, { levels, views }: StoredEncoding): Promise<void> {
    await makeFolder(this.#folder);
    for (const [level, { numbers, squares, slacks }] of levels.entries()) {
      const arrays = [views, numbers, squares, slacks];
      await writeArrayFile(join(this.#folder, nameOf(fit, shard, level)), { head: null, arrays });
    }
  }

  /** Removes what no fit and shard of these needs. */
  async removeOthers(fits: readonly StoredFit[], shards: readonly string[]): Promise<void> {
    const kept = new Set<string>();
    for (const fit of fits) {
      kept.add(fit.fitted.metric + FIT);
      for (const shard of shards) for (const level of fit.fitted.levels.keys()) kept.add(nameOf(fit, shard, level));
    }
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names)
      if (OWN_NAMES.test(name) && !kept.has(name)) await rm(join(this.#folder, name), { force: true });
  }
}

/** A fit with what names it. */
export function storedFit(fitted: FittedRowIndex, rowCount: number): StoredFit {
  const levels = fitted.levels.map(({ rotation, quantiser }) => {
    const { mean, basis, ...numbers } = rotation;
    return { numbers, quantiser, mean: bytesOf(mean), basis: basis ? bytesOf(basis) : null };
  });
  return { id: fingerprint({ metric: fitted.metric, levels }), fitted, rowCount };
}

interface FitHead {
  readonly id: string;
  readonly metric: Metric;
  readonly rowCount: number;
  readonly levels: readonly {
    readonly rotation: {
      readonly scale: number;
      readonly dim: number;
      readonly width: number;
      readonly skew: number;
      readonly hasBasis: boolean;
    };
    readonly quantiser: FittedRowIndex["levels"][number]["quantiser"];
  }[];
}

function parseFit({ id, metric, rowCount, levels }: FitHead, arrays: readonly StoredArray[]): StoredFit {
  const left = [...arrays] as Float32Array[];
  const fitted = levels.map(({ rotation: { hasBasis, ...numbers }, quantiser }) => {
    const mean = left.shift() as Float32Array;
    return { rotation: { ...numbers, mean, basis: hasBasis ? left.shift() : undefined }, quantiser };
  });
  return { id, fitted: { metric, levels: fitted }, rowCount };
}

function arraysOf({ levels }: FittedRowIndex): StoredArray[] {
  return levels.flatMap(({ rotation: { mean, basis } }) => (basis ? [mean, basis] : [mean]));
}

function nameOf({ id }: StoredFit, shard: string, level: number): string {
  return fingerprint([id, shard, level]).slice(0, 32) + ROWS;
}

function bytesOf(array: Float32Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");
}
