/** The thresholds that are told apart: multiples of a power of ten. A distance lies in the cell of the smallest of them that holds it. */
export class ThresholdGrid {
  readonly decimals: number;

  /** @param decimals of a threshold; negative where distances are large */
  constructor(decimals: number) {
    this.decimals = decimals;
  }

  /** 0.01 for unit vectors; for others as fine, measured by their length. */
  static forLength(length: number): ThresholdGrid {
    return new ThresholdGrid(length > 0 ? 2 - Math.floor(Math.log10(length) + 1e-3) : 2);
  }

  /** The threshold of a cell, as it is written in decimals. */
  at(cell: number): number {
    return this.decimals >= 0 ? cell / 10 ** this.decimals : cell * 10 ** -this.decimals;
  }

  /** Thresholds are inclusive: a distance equal to one is within it. */
  cellOf(distance: number): number {
    let cell = Math.ceil(distance * 10 ** this.decimals);
    while (cell > 0 && distance <= this.at(cell - 1)) cell--;
    while (distance > this.at(cell)) cell++;
    return cell;
  }

  /** The last cell that ends at a distance or before. */
  cellWithin(distance: number): number {
    const cell = this.cellOf(distance);
    return this.at(cell) > distance ? cell - 1 : cell;
  }

  format(threshold: number): string {
    return threshold.toFixed(Math.max(0, this.decimals));
  }
}
