import type { ModelPreset } from "#data/model-preset.ts";
import { madeTensors, type OnnxFile, type OnnxNode, type TensorDescription } from "#onnx/onnx-file.ts";

/** A tensor that may be a feature. */
export interface FeatureCandidate {
  readonly tensor: string;
  /** How to make one vector of it; undefined where it is one already. */
  readonly pool: ModelPreset["pool"];
  /** Why it is named, for a person. */
  readonly why: string;
}

// ImageNet's classes, with and without one for the background; its larger set
const CLASS_COUNTS = [1000, 1001, 21_841, 21_843];
const HEADS = ["Gemm", "MatMul", "Conv", "FusedMatMul", "MatMulInteger", "QLinearConv", "QLinearMatMul", "QGemm"];
const POOLS = ["GlobalAveragePool", "ReduceMean", "QLinearGlobalAveragePool"];
const MOST = 6;

/**
 * Tensors that may be the feature of a model that no preset is for, likeliest first: outputs that hold one vector a picture or can be pooled
 * to one, then what a classifier's last layer reads and what it pools, then outputs that look like the scores of classes.
 */
export function featureCandidates(file: OnnxFile): FeatureCandidate[] {
  const outputs = file.outputs.flatMap((output) => fromOutput(output));
  const scores = outputs.filter(({ why }) => why.includes("scores"));
  const declared = new Set(file.outputs.map(({ name }) => name));
  const inner = innerCandidates(file).filter(({ tensor }) => !declared.has(tensor));
  const all = [...outputs.filter((candidate) => !scores.includes(candidate)), ...inner, ...scores];
  return all.filter(({ tensor }, i) => all.findIndex((other) => other.tensor === tensor) === i).slice(0, MOST);
}

function fromOutput({ name, type, shape }: TensorDescription): FeatureCandidate[] {
  if (!type.startsWith("float")) return [];
  const lengths = shape.slice(1);
  const long = lengths.filter((length) => length !== 1);
  if (lengths.length > 0 && long.length <= 1) {
    const isScores = CLASS_COUNTS.includes(long[0] as number);
    const why = isScores ? "an output that looks like the scores of classes" : "an output of one vector a picture";
    return [{ tensor: name, pool: undefined, why }];
  }
  if (lengths.length === 2)
    return [{ tensor: name, pool: "first", why: "an output of tokens, the first perhaps a class token" }];
  if (lengths.length === 3) return [{ tensor: name, pool: "mean", why: "an output of a vector a place" }];
  return [];
}

function innerCandidates(file: OnnxFile): FeatureCandidate[] {
  const made = new Set(madeTensors(file));
  const fromBack = file.nodes.toReversed();
  const head = fromBack.find(({ operator, inputs }) => HEADS.includes(operator) && made.has(inputs[0]));
  const pool = fromBack.find(({ operator, inputs }) => POOLS.includes(operator) && made.has(inputs[0]));
  const candidates: FeatureCandidate[] = [];
  if (head)
    candidates.push({ tensor: head.inputs[0], pool: poolFor(file, head), why: `what the last ${head.operator} reads` });
  if (pool) {
    candidates.push({ tensor: pool.outputs[0], pool: undefined, why: `what the last ${pool.operator} gives` });
    candidates.push({ tensor: pool.inputs[0], pool: "mean", why: `what the last ${pool.operator} reads` });
  }
  return candidates;
}

/** What a convolution reads has places; what a matrix product reads has none, unless the file says so. */
function poolFor(file: OnnxFile, { operator, inputs }: OnnxNode): ModelPreset["pool"] {
  const shape = file.inner.get(inputs[0])?.shape;
  if (shape) return shape.slice(1).filter((length) => length !== 1).length <= 1 ? undefined : "mean";
  return operator.includes("Conv") ? "mean" : undefined;
}
