import { SeededRandom } from "#base/seeded-random.ts";
import type { Accelerator } from "#onnx/accelerators.ts";
import { GraphBuilder } from "#onnx/graph-builder.ts";
import { openSession, type Session, tensorOf } from "#onnx/session.ts";

/** What a device did with the same matrix products as all processors together. */
export interface DeviceTrial {
  /** Whether it gave the same numbers, but for what half precision rounds. */
  readonly isRight: boolean;
  /** Of the largest product that both did. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Rows, depth and columns. The second is only done by devices that are not hopelessly slow with the first, as drivers in software are. */
const SMALL = [512, 128, 1024] as const;
const LARGE = [4096, 256, 8192] as const;
const HOPELESS = 8;
const TIMED_RUNS = 3;

/** Of the largest number of each row: ten bits are right in half precision. */
const TOLERANCE = 2 ** -9;

/**
 * Multiplies matrices of small whole numbers on a device and on the processors.
 *
 * @throws PipelineError `input` when the device does not start, and the runtime's own errors where it fails later
 */
export async function tryDevice(device: Accelerator): Promise<DeviceTrial> {
  const graph = new GraphBuilder("trial")
    .input("left", "float32", ["m", "k"])
    .input("right", "float32", ["k", "n"])
    .node("MatMul", ["left", "right"], ["product"])
    // answers are read back in no time, so that the products are what is measured
    .node("ReduceMax", ["product"], ["largest"], { axes: [1], keepdims: 0 })
    .output("largest", "float32", ["m"])
    .finish();
  const session = await openSession(graph, { device });
  const cpu = await openSession(graph, { device: "cpu" });
  try {
    const small = await compare(session, cpu, SMALL);
    if (!small.isRight || small.seconds > HOPELESS * Math.max(small.cpuSeconds, 0.005)) return small;
    return await compare(session, cpu, LARGE);
  } finally {
    await session.release();
    await cpu.release();
  }
}

async function compare(
  session: Session,
  cpu: Session,
  [rows, depth, columns]: readonly [number, number, number],
): Promise<DeviceTrial> {
  const random = new SeededRandom(rows);
  const numbers = (length: number) => Float32Array.from({ length }, () => random.integer(-128, 128));
  const feeds = {
    left: tensorOf("float32", numbers(rows * depth), [rows, depth]),
    right: tensorOf("float32", numbers(depth * columns), [depth, columns]),
  };
  const found = await timed(session, feeds);
  const expected = await timed(cpu, feeds);
  const isRight = expected.largest.every((value, i) => Math.abs(found.largest[i] - value) <= TOLERANCE * value);
  return { isRight, seconds: found.seconds, cpuSeconds: expected.seconds };
}

/** The shortest of a few runs: the first one compiles and reserves. */
async function timed(session: Session, feeds: Parameters<Session["run"]>[0]) {
  let largest = new Float32Array(0);
  let seconds = Number.POSITIVE_INFINITY;
  for (let run = 0; run < TIMED_RUNS; run++) {
    const start = performance.now();
    largest = (await session.run(feeds)).largest.data as Float32Array<ArrayBuffer>;
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  return { largest, seconds };
}
