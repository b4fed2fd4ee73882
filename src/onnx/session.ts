import { createRequire } from "node:module";
import type * as Runtime from "onnxruntime-node";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

export type Device = "auto" | "cpu" | "webgpu" | "cuda" | "coreml" | "dml";
export type Session = InferenceSession;

let loaded: typeof Runtime | undefined;

/** Loaded with the first session, as it takes as long as Node.js needs to start, and a thread may have nothing to compute. */
function runtime(): typeof Runtime {
  if (loaded) return loaded;
  const found: typeof Runtime = createRequire(import.meta.url)("onnxruntime-node");
  // errors are thrown with the same text; the runtime's own lines on stderr would tear the progress apart
  found.env.logLevel = "fatal";
  loaded = found;
  return found;
}

/** Values on their way into a session. */
export function tensorOf<Type extends Tensor.Type>(
  type: Type,
  values: Tensor.DataTypeMap[Type],
  shape: readonly number[],
): Tensor {
  const { Tensor } = runtime();
  return new Tensor(type, values, shape);
}

/** An input or output of a model; a length is a name where it is only known when the model runs. */
export interface TensorDescription {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

export interface SessionOptions {
  /** `auto` is the CPU. */
  readonly device: Device;
  /** Threads within a run; all processors unless said otherwise. */
  readonly threads?: number;
}

/**
 * Loads a model. `run()` of the session blocks the calling thread, so long runs belong in a worker thread.
 *
 * @param model path or bytes of an ONNX file
 * @throws PipelineError `input` when the file is no model that ONNX Runtime loads, or the device does not start
 */
export async function openSession(model: string | Uint8Array, options: SessionOptions): Promise<Session> {
  const device = options.device === "auto" ? "cpu" : options.device;
  const sessionOptions: InferenceSession.SessionOptions = {
    executionProviders: [device],
    logSeverityLevel: 3,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    // spinning threads would take the cores from the decoders that run beside
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
  try {
    const { InferenceSession } = runtime();
    if (typeof model === "string") return await InferenceSession.create(model, sessionOptions);
    return await InferenceSession.create(model, sessionOptions);
  } catch (error) {
    const what = typeof model === "string" ? `model "${model}"` : "the built-in matrix product";
    const advice = device === "cpu" ? "expected an ONNX file" : "use --device cpu, or install what the device needs";
    throw new PipelineError("input", `Cannot load ${what} on device "${device}": ${messageOf(error)}; ${advice}`, {
      cause: error,
    });
  }
}

/** The inputs and outputs of a model, in the file's order. */
export function describeSession(session: Session): { inputs: TensorDescription[]; outputs: TensorDescription[] } {
  const describe = (metadata: InferenceSession.ValueMetadata): TensorDescription =>
    metadata.isTensor
      ? { name: metadata.name, type: metadata.type, shape: metadata.shape }
      : { name: metadata.name, type: "not a tensor", shape: [] };
  return { inputs: session.inputMetadata.map(describe), outputs: session.outputMetadata.map(describe) };
}
