/**
 * Which groups of a tile's columns may hold a pair: computed in this thread (`KernelAnswers`), or before on a device (`HitAnswers`). Group g of
 * n holds columns g, g + n, g + 2n, …
 */
export interface TileAnswers {
  /** Groups of each row of the tile. */
  readonly groups: number;
  /** Goes on to another tile, by its blocks. */
  take(leftBlock: number, rightBlock: number): Promise<void>;
  /**
   * Makes a row's answers ready; they stay until the next row is asked for.
   *
   * @param row position in the left shard
   * @returns what the answers of groups that may hold a pair are at the least, int32; undefined where there is none
   */
  leastOf(row: number): number | undefined;
  /** Address of the answers of that row, int32. */
  addressOf(row: number): number;
}
