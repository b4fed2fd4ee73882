import type { Rates } from "./fleet-shared-rate.ts";

/** What was measured on one machine; seconds are those of the machine with all its processors. See fleet-costs.json. */
export interface MeasuredCosts {
  readonly machine: {
    readonly processors: number;
    readonly name: string;
    readonly node: string;
    readonly date: string;
  };
  readonly search: Readonly<Record<string, SearchCosts>>;
  readonly embedding: Readonly<Record<string, EmbeddingCosts>>;
  readonly files: {
    readonly coldBytesPerSecond: number;
    readonly warmBytesPerSecond: number;
    readonly resultBytes: number;
    readonly writeResultSeconds: number;
  };
  /** Of a task, beside its work: leased, looked up, told to be done. */
  readonly queue: { readonly secondsPerTask: number; readonly bytesPerJob: number };
  /** Of a result, in the planner, one after the other. */
  readonly planner: { readonly secondsPerTask: number };
}

export interface SearchCosts {
  readonly dim: number;
  readonly threshold: number;
  /** Coordinates of a sketch. */
  readonly width: number;
  readonly secondsPerPair: number;
  readonly sketchSecondsPerRow: number;
  /** How rows are sketched is found out once, by the planner. */
  readonly fitSeconds: number;
  /** Pairs that are found, of those compared. */
  readonly foundShare: number;
}

export interface EmbeddingCosts {
  readonly views: string;
  readonly dim: number;
  readonly vectorsPerImage: number;
  readonly secondsPerImage: number;
  readonly bytesPerImage: number;
}

/** Machines that do the tasks. */
export interface Fleet {
  readonly machines: number;
  /** How many times faster a machine is than the measured one. */
  readonly speed: number;
  readonly rates: Rates;
  /** Machines that are lost, of one machine in an hour. */
  readonly lossesPerHour: number;
  /** Until a lost machine's task is dealt again. */
  readonly leaseSeconds: number;
  /** Until a lost machine is back. */
  readonly backSeconds: number;
  /** Machines that stand still, of one machine in an hour, and for how long: they do not know that they did. */
  readonly pausesPerHour: number;
  readonly pauseSeconds: number;
  /** Of a normal distribution: the logarithm of how much longer a task takes. */
  readonly spread: number;
  /** So many tasks take `stragglerFactor` times as long. */
  readonly stragglerShare: number;
  readonly stragglerFactor: number;
  /** Tasks in Redis at once. */
  readonly window: number;
  /** Of the planner and of the queue. */
  readonly plannerSeconds: number;
  readonly overheadSeconds: number;
  readonly seed: number;
}

/** One task as the simulation sees it. */
export interface SimulatedTask {
  /** Of one measured machine. */
  readonly seconds: number;
  /** What is read whenever it is done; the work begins when the first of it is there. */
  readonly bytes: number;
  readonly firstBytes: number;
  /** A block that a machine keeps until it gets a task with another one. */
  readonly held?: { readonly block: number; readonly bytes: number; readonly seconds: number };
  readonly resultBytes: number;
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;
/** Of a shard in a block. */
const SHARD_ROWS = 10_000;
const BYTES_PER_PAIR = 16;

/**
 * All pairs of blocks, a row of blocks after the other, back and forth.
 *
 * @param rows vectors in all
 * @param blockRows of each block but the last
 */
export function* compareTasks(rows: number, blockRows: number, costs: SearchCosts): Generator<SimulatedTask> {
  const blocks = Math.ceil(rows / blockRows);
  const rowsOf = (block: number) => Math.min(blockRows, rows - block * blockRows);
  for (let right = 0; right < blocks; right++) {
    for (let step = 0; step <= right; step++) {
      const left = right % 2 === 0 ? step : right - step;
      yield compareTask(rowsOf(left), rowsOf(right), left === right, { ...costs, block: right });
    }
  }
}

function compareTask(
  left: number,
  right: number,
  isSame: boolean,
  costs: SearchCosts & { block: number },
): SimulatedTask {
  const { dim, secondsPerPair, sketchSecondsPerRow, foundShare, block } = costs;
  const pairs = isSame ? (right * (right - 1)) / 2 : left * right;
  const own = isSame ? 0 : left;
  return {
    // nothing is taken to be left of the sketches of earlier tasks
    seconds: pairs * secondsPerPair + own * sketchSecondsPerRow,
    bytes: own * dim * BYTES,
    firstBytes: Math.min(isSame ? right : left, SHARD_ROWS) * dim * BYTES,
    held: { block, bytes: right * dim * BYTES, seconds: right * sketchSecondsPerRow },
    resultBytes: pairs * foundShare * BYTES_PER_PAIR,
  };
}

/** Batches of images to embed. */
export function* embedTasks(images: number, imagesPerTask: number, costs: EmbeddingCosts): Generator<SimulatedTask> {
  const { secondsPerImage, bytesPerImage, vectorsPerImage, dim } = costs;
  for (let first = 0; first < images; first += imagesPerTask) {
    const count = Math.min(imagesPerTask, images - first);
    yield {
      seconds: count * secondsPerImage,
      bytes: count * bytesPerImage,
      firstBytes: bytesPerImage,
      resultBytes: count * vectorsPerImage * dim * BYTES,
    };
  }
}

/** What a machine that searches alone and in one process needs. */
export function secondsAlone(rows: number, { secondsPerPair, sketchSecondsPerRow, fitSeconds }: SearchCosts): number {
  return fitSeconds + rows * sketchSecondsPerRow + ((rows * (rows - 1)) / 2) * secondsPerPair;
}
