import { collectGarbage } from "#base/collect-garbage.ts";
import { serve } from "#base/worker-thread.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { SessionOptions } from "#onnx/session.ts";
import { compareFew, type FewComparison } from "#search/compare-few.ts";
import { encodeRows } from "#search/encode-rows.ts";
import { type FittedRowIndex, fitRowIndex, type RowIndexFitRequest } from "#search/fit-row-index.ts";
import { type FitRequest, type FittedSketch, fitSketch, plainSketch } from "#search/fit-sketch.ts";
import { type IsolationRequest, isolation } from "#search/isolation.ts";
import { type LayOutOptions, layOut } from "#search/lay-out.ts";
import { MatrixProduct } from "#search/matrix-product.ts";
import { type NearestRows, nearestRows, type SomeRows } from "#search/nearest-rows.ts";
import { neighbourRadius, type RadiusRequest } from "#search/neighbour-radius.ts";
import { fitPrincipal, principalVectors } from "#search/principal-vectors.ts";
import type { Rotation } from "#search/rotation.ts";
import type { RowDistances } from "#search/row-distances.ts";
import { rowKeys } from "#search/row-keys.ts";
import { longestNorm, squaredNorms } from "#search/row-scale.ts";
import { type PartQuery, RowScan, type SharedRowIndex } from "#search/row-scan.ts";
import { sketchRows } from "#search/sketch.ts";
import { type GroupSize, TileKernel } from "#search/tile-kernel.ts";
import { compareShards, type ShardComparison } from "#search/tile-scan.ts";

// every processor has a worker of its own, so a run in it keeps to one thread
const ONE_THREAD: SessionOptions = { device: "cpu", threads: 1 };

const openedKernels = new Map<GroupSize, Promise<TileKernel>>();
let openedProduct: Promise<MatrixProduct> | undefined;

function kernel(groupSize: GroupSize): Promise<TileKernel> {
  const opened = openedKernels.get(groupSize) ?? TileKernel.open(groupSize, ONE_THREAD);
  openedKernels.set(groupSize, opened);
  return opened;
}

function product(): Promise<MatrixProduct> {
  openedProduct ??= MatrixProduct.open(ONE_THREAD);
  return openedProduct;
}

/** Memory of shards that this thread may keep although nobody needs them: collecting takes milliseconds. */
const COLLECT_AFTER_BYTES = 2 ** 28;
let seenBytes = 0;

/** Shards that were looked at are only gone from memory when this thread has collected its garbage too. */
function letGoOf({ values }: FeatureMatrix): void {
  seenBytes += values.byteLength;
  if (seenBytes < COLLECT_AFTER_BYTES) return;
  seenBytes = 0;
  collectGarbage();
}

const handlers = {
  async ready() {
    await product();
  },
  inspect({ features }: { features: FeatureMatrix }) {
    const longest = longestNorm(features);
    // squares of finite numbers are finite in float64
    const firstNonFinite = Number.isFinite(longest)
      ? -1
      : features.values.findIndex((value) => !Number.isFinite(value));
    return { longestNorm: longest, keys: rowKeys(features), firstNonFinite };
  },
  norm: ({ features }: { features: FeatureMatrix }) => longestNorm(features),
  async fit(request: FitRequest): Promise<FittedSketch> {
    return request.plain ? plainSketch(await product(), request) : fitSketch(await product(), request);
  },
  async sketch({ features, rotation, ...options }: { features: FeatureMatrix; rotation: Rotation } & LayOutOptions) {
    return layOut(await sketchRows(await product(), features, rotation), options);
  },
  async compare(comparison: ShardComparison) {
    const { pairs, skippedByBlock, refined } = await compareShards(await kernel(comparison.groupSize), comparison);
    letGoOf(comparison.leftFeatures);
    return { ...pairs.toList(), skippedByBlock, refined };
  },
  compareFew(comparison: FewComparison) {
    const { pairs, skippedByBlock, refined } = compareFew(comparison);
    letGoOf(comparison.left.features);
    return { ...pairs.toList(), skippedByBlock, refined };
  },
  squaredNorms: ({ features }: { features: FeatureMatrix }) => ({ squares: squaredNorms(features) }),
  async nearest({ queries, base, known }: NearestRequest): Promise<NearestRows> {
    return nearestRows(await product(), queries, base, known);
  },
  async isolation(request: IsolationRequest) {
    return { distances: await isolation(await product(), request) };
  },
  async fitPrincipal({ sample, width }: { sample: FeatureMatrix; width: number }): Promise<Rotation> {
    return fitPrincipal(await product(), sample, width);
  },
  async principalVectors({ features, rotation }: { features: FeatureMatrix; rotation: Rotation }) {
    return { values: await principalVectors(await product(), features, rotation) };
  },
  async neighbourRadius(request: RadiusRequest): Promise<number> {
    return neighbourRadius(await product(), request);
  },
  async fitRows(request: RowIndexFitRequest): Promise<FittedRowIndex> {
    return fitRowIndex(await product(), request);
  },
  async encodeRows({ features, fitted }: { features: FeatureMatrix; fitted: FittedRowIndex }) {
    const levels = await encodeRows(await product(), features, fitted);
    letGoOf(features);
    return { levels };
  },
  openRows({ index, shared }: { index: number; shared: SharedRowIndex }) {
    rowScans.set(index, new RowScan(shared));
  },
  async nearRows({ index, count, ...query }: IndexQuery & { count: number }): Promise<RowDistances> {
    return rowScan(index).nearest(await product(), query, count);
  },
  async rowsWithin({ index, limit, ...query }: IndexQuery & { limit: number }): Promise<RowDistances> {
    return rowScan(index).within(await product(), query, limit);
  },
  closeRows({ index }: { index: number }) {
    rowScans.delete(index);
    collectGarbage();
  },
};

interface NearestRequest {
  readonly queries: SomeRows;
  readonly base: FeatureMatrix;
  readonly known?: Float64Array;
}

/** Indexes of this thread, by their number. */
const rowScans = new Map<number, RowScan>();

function rowScan(index: number): RowScan {
  const scan = rowScans.get(index);
  if (!scan) throw new Error(`Index ${index} is not open`);
  return scan;
}

interface IndexQuery extends PartQuery {
  readonly index: number;
}

export type SearchHandlers = typeof handlers;
serve(handlers);
