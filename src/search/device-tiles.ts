import { PipelineError } from "#base/pipeline-error.ts";
import { type Device, openSession, type Session, tensorOf } from "#onnx/session.ts";
import { isOutOfReach, largest } from "#search/block-reach.ts";
import type { DeviceShard } from "#search/device-shard.ts";
import { hitGraph, isExact, WORD_POWERS } from "#search/hit-graph.ts";
import { blockCount, blockRange } from "#search/lay-out.ts";
import { leastProduct } from "#search/least-product.ts";
import { depthOf, type Quantiser } from "#search/quantise.ts";
import { type TileHits, WORD_GROUPS } from "#search/tile-hits.ts";
import type { GroupSize } from "#search/tile-kernel.ts";

/** Half open. */
interface Blocks {
  readonly first: number;
  readonly end: number;
}

/** Two shards, of which some left blocks are to be compared with the right one. Products of the two are exact (`isExactInFloat`). */
export interface DeviceComparison {
  readonly left: DeviceShard;
  readonly right: DeviceShard;
  readonly blocks: Blocks;
  readonly quantiser: Quantiser;
}

/** What is multiplied at once. */
interface Tile {
  readonly lefts: Blocks;
  readonly rights: Blocks;
}

/** Products that lie in a device's memory at once: 128 MiB, which every WebGPU device has in one piece. */
const MOST_PRODUCTS = 2 ** 25;

/** The tile products of a search on a device: large ones, as each takes its operands there and its answers back. */
export class DeviceTiles {
  readonly #session: Pick<Session, "run">;
  readonly #groupSize: GroupSize;
  #mostProducts: number;

  /** @param session of a `hitGraph` for that group size */
  constructor(session: Pick<Session, "run">, groupSize: GroupSize, mostProducts = MOST_PRODUCTS) {
    this.#session = session;
    this.#groupSize = groupSize;
    this.#mostProducts = mostProducts;
  }

  /** @throws PipelineError `input` when the device does not start, or does not compute exactly */
  static async open(device: Device, groupSize: GroupSize): Promise<DeviceTiles> {
    const session = await openSession(hitGraph(groupSize), { device });
    if (!(await isExact(session, groupSize)))
      throw new PipelineError("input", `Device "${device}" does not multiply whole numbers exactly`);
    return new DeviceTiles(session, groupSize);
  }

  /**
   * Finds the groups of columns that may hold a pair.
   *
   * @throws the runtime's error when the device fails with a single tile of two blocks too
   */
  async hits(comparison: DeviceComparison): Promise<TileHits> {
    const { left, right, blocks } = comparison;
    const firstRow = blockRange(left, blocks.first).first;
    const rows = blockRange(left, blocks.end - 1).end - firstRow;
    const groups = right.columns / this.#groupSize;
    const words = new Uint16Array((blockCount(right) * rows * groups) / WORD_GROUPS);
    for (const tile of this.#tiles(comparison)) await this.#mark(tile, comparison, { groups, rows, words });
    return { groups, rows, words };
  }

  /** Tiles with all blocks that are in reach of each other; as large as may be. */
  *#tiles(comparison: DeviceComparison): Generator<Tile> {
    const { left, right, blocks } = comparison;
    const fits = (lefts: Blocks, rights: Blocks) =>
      lengthOf(lefts) * left.blockRows * lengthOf(rights) * right.columns <= this.#mostProducts;
    for (let first = blocks.first; first < blocks.end; ) {
      let lefts: Blocks = { first, end: first + 1 };
      let rights = inReach(first, comparison);
      for (let next = lefts.end; next < blocks.end; next++) {
        const [wider, longer] = [around(rights, inReach(next, comparison)), { first, end: next + 1 }];
        if (!fits(longer, wider)) break;
        [lefts, rights] = [longer, wider];
      }
      for (let b = rights.first; b < rights.end; ) {
        let end = b + 1;
        while (end < rights.end && fits(lefts, { first: b, end: end + 1 })) end++;
        yield { lefts, rights: { first: b, end } };
        b = end;
      }
      first = lefts.end;
    }
  }

  /** Writes down what a tile finds. Where it does not fit into the device's memory, halves of it may. */
  async #mark(tile: Tile, comparison: DeviceComparison, hits: TileHits): Promise<void> {
    let found: Float32Array;
    try {
      found = await this.#multiply(tile, comparison);
    } catch (error) {
      const halves = halvesOf(tile);
      if (!halves) throw error;
      this.#mostProducts /= 2;
      for (const half of halves) await this.#mark(half, comparison, hits);
      return;
    }
    const { left, blocks } = comparison;
    const perRow = hits.groups / WORD_GROUPS;
    const firstRow = blockRange(left, tile.lefts.first).first - blockRange(left, blocks.first).first;
    const perBlock = found.length / lengthOf(tile.rights);
    for (let i = 0; i < lengthOf(tile.rights); i++) {
      const words = found.subarray(i * perBlock, (i + 1) * perBlock);
      hits.words.set(words, ((tile.rights.first + i) * hits.rows + firstRow) * perRow);
    }
  }

  async #multiply({ lefts, rights }: Tile, comparison: DeviceComparison): Promise<Float32Array> {
    const { left, right, quantiser } = comparison;
    const depth = depthOf(quantiser);
    const { first } = blockRange(left, lefts.first);
    const { end } = blockRange(left, lefts.end - 1);
    const block = depth * right.columns;
    const leftBytes = left.left.subarray(first * depth, end * depth);
    const rightBytes = right.right.subarray(rights.first * block, rights.end * block);
    const feeds = {
      left: tensorOf("uint8", leftBytes, [end - first, depth]),
      right: tensorOf("int8", rightBytes, [lengthOf(rights), depth, right.columns]),
      least: tensorOf("float32", leastProducts({ first, end }, rights, comparison), [end - first, 1]),
      powers: tensorOf("float32", WORD_POWERS, [WORD_GROUPS, 1]),
    };
    return (await this.#session.run(feeds)).words.data as Float32Array;
  }
}

/** For each left row, what its products with rows in reach are at the least; all right blocks of a tile have one limit. */
function leastProducts(rows: Blocks, rights: Blocks, { left, right, quantiser }: DeviceComparison): Float32Array {
  const [{ first }, { end }] = [blockRange(right, rights.first), blockRange(right, rights.end - 1)];
  const columnSlack = largest(right.byteSlacks, { first, end });
  const lack = largest(right.shortfalls, rights);
  return Float32Array.from({ length: lengthOf(rows) }, (_, i) =>
    notAbove(leastProduct(left, rows.first + i, columnSlack, quantiser) - lack),
  );
}

/** A number that float32 has, and no larger one. */
function notAbove(value: number): number {
  const nearest = Math.fround(value);
  return nearest <= value ? nearest : Math.fround(value - Math.abs(value) * 2 ** -23);
}

/** Right blocks from the first to the last that a left one is to be compared with. */
function inReach(a: number, { left, right, quantiser }: DeviceComparison): Blocks {
  // within one shard, only tiles on or right of the diagonal
  let first = left.layout === right.layout ? a : 0;
  let end = blockCount(right);
  while (first < end && isOutOfReach([left, a], [right, first], quantiser)) first++;
  while (end > first && isOutOfReach([left, a], [right, end - 1], quantiser)) end--;
  return { first, end };
}

function around(some: Blocks, others: Blocks): Blocks {
  if (lengthOf(some) === 0) return others;
  if (lengthOf(others) === 0) return some;
  return { first: Math.min(some.first, others.first), end: Math.max(some.end, others.end) };
}

function halvesOf({ lefts, rights }: Tile): Tile[] | undefined {
  if (lengthOf(lefts) > 1) return inHalves(lefts).map((half) => ({ lefts: half, rights }));
  if (lengthOf(rights) > 1) return inHalves(rights).map((half) => ({ lefts, rights: half }));
  return undefined;
}

function inHalves({ first, end }: Blocks): Blocks[] {
  const middle = (first + end) >> 1;
  return [
    { first, end: middle },
    { first: middle, end },
  ];
}

function lengthOf({ first, end }: Blocks): number {
  return end - first;
}
