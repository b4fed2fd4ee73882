import { fingerprint } from "#base/fingerprint.ts";
import { hashFile } from "#base/hash-file.ts";
import { readOnnxFile } from "#onnx/read-onnx-file.ts";
import { weightPaths } from "#onnx/weight-files.ts";

/**
 * What tells a model from every other.
 *
 * @param known SHA-256 of the file, where it is known already
 * @returns `sha256` of the file, and `identity`, which is the same where all weights lie in it, and else follows from it and the files that
 *   they lie in; 64 hexadecimal digits both
 * @throws PipelineError `input` when it is no ONNX file or its weights cannot be used
 */
export async function identifyModel(path: string, known?: string): Promise<{ sha256: string; identity: string }> {
  const weights = weightPaths(readOnnxFile(path));
  const sha256 = known ?? (await hashFile(path)).sha256;
  if (weights.length === 0) return { sha256, identity: sha256 };
  const hashes: string[] = [];
  for (const file of weights) hashes.push((await hashFile(file)).sha256);
  return { sha256, identity: fingerprint({ sha256, weights: hashes }) };
}
