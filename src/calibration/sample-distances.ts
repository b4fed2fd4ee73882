/** A pair of different pictures: two originals, or an original and an edited copy of another. */
export interface FalsePair {
  /** Numbers of the originals: `first` < `second`. */
  readonly first: number;
  readonly second: number;
  readonly cell: number;
}

/** An edited copy and how far it is from its own original. */
export interface OwnCopy {
  readonly original: number;
  readonly kind: string;
  readonly cell: number;
}

/** What was measured on a sample; distances as cells of a grid. */
export interface SampleDistances {
  /** Originals, numbered from 0. */
  readonly originals: number;
  readonly own: readonly OwnCopy[];
  /** Pairs of different pictures, up to `lastCell`; those beyond are only counted. */
  readonly near: readonly FalsePair[];
  readonly lastCell: number;
}

/** Two different pictures of which at least one pair is near. */
export interface Couple {
  readonly first: number;
  readonly second: number;
  /** Of their nearest pair. */
  readonly cell: number;
}

/** The couples of a sample, nearest first. */
export function nearCouples({ originals, near }: SampleDistances): Couple[] {
  const nearest = new Map<number, Couple>();
  for (const { first, second, cell } of near) {
    const key = coupleKey({ first, second }, originals);
    const known = nearest.get(key);
    if (!known || cell < known.cell) nearest.set(key, { first, second, cell });
  }
  return [...nearest.values()].sort((a, b) => a.cell - b.cell || a.first - b.first || a.second - b.second);
}

export function coupleKey({ first, second }: Pick<Couple, "first" | "second">, originals: number): number {
  return first * originals + second;
}
