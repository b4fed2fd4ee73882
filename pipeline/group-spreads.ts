import type { ShardStore } from "#artifacts/shard-store.ts";
import { chunksOf } from "#base/chunks-of.ts";
import { spreadOfDistances, spreadsOfPairs } from "#clusters/group-spread.ts";
import type { GroupSpread, RowGroup } from "#data/group.ts";
import type { PairList } from "#data/pair-list.ts";
import type { RowOrder } from "#data/row-order.ts";
import { imageDistances } from "#search/image-distances.ts";

export interface SpreadSource {
  /** All that were found, whatever their match; rows are ranks. */
  readonly pairs: PairList;
  /** The keeper of each row that is in a group, by row. */
  readonly keeperOf: Uint32Array;
  readonly store: ShardStore;
  readonly order: RowOrder;
}

/** Members whose vectors are held at once, and up to which a group is measured whole: half a million distances, a second or two. */
const MEMBERS_AT_ONCE = 1000;

/** How far each group reaches, by its keeper: from the pairs where all its members are pairs, else from their vectors. */
export async function groupSpreads(
  groups: readonly RowGroup[],
  source: SpreadSource,
): Promise<Map<number, GroupSpread>> {
  const spreads = spreadsOfPairs(groups, source.pairs, source.keeperOf);
  for (const group of groups) if (!spreads.has(group.keeper)) spreads.set(group.keeper, await measured(group, source));
  return spreads;
}

async function measured(group: RowGroup, { store, order }: SpreadSource): Promise<GroupSpread> {
  const { rows } = group;
  const read = (some: readonly number[]) => store.readVectors(Uint32Array.from(some, (rank) => order.rowOfRank[rank]));
  if (rows.length <= MEMBERS_AT_ONCE) {
    const all = await read(rows);
    return spreadOfDistances(group, imageDistances(all, all), true);
  }
  const some = await read(evenlySpaced(rows, Math.ceil(MEMBERS_AT_ONCE ** 2 / rows.length)));
  const parts: Float64Array[][] = [];
  for (const members of chunksOf(rows, MEMBERS_AT_ONCE)) parts.push([...imageDistances(some, await read(members))]);
  return spreadOfDistances(group, joined(parts, rows.length), false);
}

function evenlySpaced(rows: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]);
}

/** Of parts that each hold the distances of some images to a part of the members: those to all members. */
function* joined(parts: readonly Float64Array[][], members: number): Generator<Float64Array> {
  for (const image of parts[0].keys()) {
    const whole = new Float64Array(members);
    for (const [i, part] of parts.entries()) whole.set(part[image], i * MEMBERS_AT_ONCE);
    yield whole;
  }
}
