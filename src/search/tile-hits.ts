import type { SketchedShard } from "#search/lay-out.ts";
import type { TileAnswers } from "#search/tile-answers.ts";
import type { TileRoom } from "#search/tile-room.ts";

/** Groups whose hits share a word: their number is exact in any float type that a device computes in. */
export const WORD_GROUPS = 16;

/** Which groups of columns may hold a pair, for some left blocks and all blocks of a right shard: found on a device. */
export interface TileHits {
  /** Groups of a row in each right block, a multiple of WORD_GROUPS; columns that only fill a block up are in none of them. */
  readonly groups: number;
  /** Left rows. */
  readonly rows: number;
  /** uint16, shape (right blocks, rows, groups / WORD_GROUPS): bit i of a word is its group i. */
  readonly words: Uint16Array;
}

/** The answers that a device gave before, written out row by row. */
export class HitAnswers implements TileAnswers {
  readonly groups: number;
  readonly #hits: TileHits;
  readonly #firstRow: number;
  readonly #answers: Int32Array;
  #place = 0;
  #written: number[] = [];

  /** @param firstBlock of the left blocks */
  constructor(hits: TileHits, { blockRows }: Pick<SketchedShard, "blockRows">, firstBlock: number, room: TileRoom) {
    this.groups = hits.groups;
    this.#hits = hits;
    this.#firstRow = firstBlock * blockRows;
    this.#answers = room.answers.subarray(0, hits.groups).fill(0);
  }

  async take(_leftBlock: number, rightBlock: number): Promise<void> {
    this.#place = rightBlock * this.#hits.rows - this.#firstRow;
  }

  leastOf(row: number): number | undefined {
    for (const group of this.#written) this.#answers[group] = 0;
    this.#written = [];
    const { words } = this.#hits;
    const perRow = this.groups / WORD_GROUPS;
    const first = (this.#place + row) * perRow;
    for (let w = 0; w < perRow; w++) {
      for (let bits = words[first + w], group = w * WORD_GROUPS; bits > 0; bits >>= 1, group++) {
        if ((bits & 1) === 0) continue;
        this.#answers[group] = HIT;
        this.#written.push(group);
      }
    }
    return this.#written.length > 0 ? HIT : undefined;
  }

  addressOf(): number {
    return this.#answers.byteOffset;
  }
}

const HIT = 1;
