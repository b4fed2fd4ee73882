import type { ModelPreset } from "#data/model-preset.ts";

/** Where a picture's features lie in what the model gives: feature `f` at position `p` is `values[f * featureStep + p * positionStep]`. */
interface Places {
  /** Numbers a picture's feature has. */
  readonly dim: number;
  readonly featureStep: number;
  /** Positions that are averaged. */
  readonly positions: number;
  readonly positionStep: number;
}

/**
 * Makes one vector a picture of what a model gives. Sums are float64 and go in one order, so that they are the same on every machine.
 *
 * @param values float32, of the given shape, pictures first
 * @returns features, shape (pictures, dim); undefined where the preset's `pool` cannot be used on that shape
 */
export function poolFeatures(
  values: Float32Array,
  shape: readonly number[],
  preset: Pick<ModelPreset, "pool" | "layout">,
): { features: Float32Array; dim: number } | undefined {
  const places = placesOf(shape, preset);
  if (!places || places.dim === 0 || places.positions === 0) return undefined;
  const { dim, positions, featureStep, positionStep } = places;
  const [pictures, ...lengths] = shape;
  const size = lengths.reduce((product, length) => product * length, 1);
  if (size === dim && positions === 1) return { features: values, dim };
  const features = new Float32Array(pictures * dim);
  for (let picture = 0; picture < pictures; picture++) {
    for (let f = 0; f < dim; f++) {
      const first = picture * size + f * featureStep;
      let sum = 0;
      for (let p = 0; p < positions; p++) sum += values[first + p * positionStep];
      features[picture * dim + f] = sum / positions;
    }
  }
  return { features, dim };
}

/** The shapes that a way to pool takes. */
export function shapesFor({ pool, layout }: Pick<ModelPreset, "pool" | "layout">): string {
  if (pool === "mean") return `[N, positions, features] or ${layout === "nchw" ? "[N, C, H, W]" : "[N, H, W, C]"}`;
  if (pool === "first") return "[N, tokens, features]";
  return pool === "flatten" ? "[N, …]" : "[N, features]";
}

function placesOf(
  shape: readonly number[],
  { pool, layout }: Pick<ModelPreset, "pool" | "layout">,
): Places | undefined {
  const [, ...lengths] = shape;
  if (lengths.length === 0) return undefined;
  const all = lengths.reduce((product, length) => product * length, 1);
  const whole = { dim: all, featureStep: 1, positions: 1, positionStep: 0 };
  if (pool === "flatten") return whole;
  if (pool === undefined) return lengths.filter((length) => length !== 1).length <= 1 ? whole : undefined;
  const dim = lengths.length === 3 && layout === "nchw" ? lengths[0] : lengths[lengths.length - 1];
  if (pool === "first") {
    return lengths.length === 2 ? { dim, featureStep: 1, positions: 1, positionStep: 0 } : undefined;
  }
  const positions = all / dim;
  if (lengths.length === 2) return { dim, featureStep: 1, positions, positionStep: dim };
  if (lengths.length !== 3) return undefined;
  return layout === "nchw"
    ? { dim, featureStep: positions, positions, positionStep: 1 }
    : { dim, featureStep: 1, positions, positionStep: dim };
}
