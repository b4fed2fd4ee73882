import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import type * as Runtime from "onnxruntime-node";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { Accelerator } from "#onnx/accelerators.ts";

export type Device = "auto" | "cpu" | Accelerator;
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

export interface SessionOptions {
  /** `auto` is the CPU. */
  readonly device: Device;
  /** Threads within a run; all processors unless said otherwise. */
  readonly threads?: number;
  /** Of a model in bytes: the file that it stands for, in whose folder its weights are looked for. */
  readonly path?: string;
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
    logSeverityLevel: 4,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    extra: {
      session: {
        // spinning threads would take the cores from the decoders that run beside
        intra_op: { allow_spinning: "0" },
        ...(options.path === undefined ? {} : { model_external_initializers_file_folder_path: folderOf(options.path) }),
      },
    },
  };
  try {
    const { InferenceSession } = runtime();
    if (typeof model === "string") return await InferenceSession.create(model, sessionOptions);
    return await InferenceSession.create(model, sessionOptions);
  } catch (error) {
    const file = typeof model === "string" ? model : options.path;
    const what = file === undefined ? "the built-in matrix product" : `model "${file}"`;
    const advice = device === "cpu" ? "expected an ONNX file" : "use --device cpu, or install what the device needs";
    throw new PipelineError("input", `Cannot load ${what} on device "${device}": ${messageOf(error)}; ${advice}`, {
      cause: error,
    });
  }
}

function folderOf(path: string): string {
  return dirname(resolve(path));
}
