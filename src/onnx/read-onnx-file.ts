import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { type ByteSource, FileSource } from "#onnx/byte-source.ts";
import type { OnnxFile } from "#onnx/onnx-file.ts";
import { OnnxReader } from "#onnx/onnx-reader.ts";
import { ProtobufFault } from "#onnx/protobuf-reader.ts";

/** Where ONNX Runtime looks for the mark of its own format, which it would take this file for. */
const RUNTIME_FORMAT = { at: 4, mark: "ORTM" };

/**
 * Reads what an ONNX file is built of. Weights are passed over, so that a file of gigabytes takes no longer than a small one.
 *
 * @throws PipelineError `input` when it cannot be read, is empty, truncated or no ONNX file
 */
export function readOnnxFile(path: string): OnnxFile {
  let source: FileSource | undefined;
  try {
    source = new FileSource(path);
    refuseOthers(source);
    const file = new OnnxReader(source).read(path);
    if (file.nodes.length === 0 && file.outputs.length === 0) throw new ProtobufFault("no graph in it");
    return file;
  } catch (error) {
    const found = error instanceof ProtobufFault ? `found ${error.message}` : messageOf(error);
    const advice = "expected an ONNX file: fetch or export it again, and check that the download was whole";
    throw new PipelineError("input", `Cannot load model "${path}": ${found}; ${advice}`, { cause: error });
  } finally {
    source?.close();
  }
}

function refuseOthers(source: ByteSource): void {
  if (source.length === 0) throw new ProtobufFault("an empty file");
  const { at, mark } = RUNTIME_FORMAT;
  if (source.length < at + mark.length) return;
  const start = new TextDecoder("latin1").decode(source.slice(at, at + mark.length));
  if (start === mark) throw new ProtobufFault("a model in ONNX Runtime's own format (.ort)");
}
