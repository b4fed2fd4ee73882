import type { Match } from "#data/match.ts";
import type { GroupChange } from "#page/page-content.ts";
import { type IndexedGroup, searchWords } from "./indexed-group.ts";
import { nothingStays, undecidedMembers } from "./mark-rules.ts";
import type { Marks } from "./marks.ts";

/** What groups to show; an empty string asks for nothing. */
export interface GroupFilter {
  readonly query: string;
  readonly match: Match | "";
  readonly link: "chain" | "direct" | "";
  readonly size: "2" | "3-5" | "6+" | "";
  readonly state: "undecided" | "decided" | "marked" | "nothing-stays" | "";
  readonly change: GroupChange | "changed" | "";
  readonly labels: "conflict" | "splits" | "some" | "none" | "";
}

export type GroupOrder = "report" | "largest" | "nearest" | "farthest" | "bytes";

export const NO_FILTER: GroupFilter = { query: "", match: "", link: "", size: "", state: "", change: "", labels: "" };

const SIZES: Readonly<Record<Exclude<GroupFilter["size"], "">, readonly [least: number, most: number]>> = {
  "2": [2, 2],
  "3-5": [3, 5],
  "6+": [6, Infinity],
};

const ORDERS: Readonly<Record<GroupOrder, (a: IndexedGroup, b: IndexedGroup) => number>> = {
  report: (a, b) => a.place - b.place,
  largest: (a, b) => b.group.members.length - a.group.members.length,
  nearest: (a, b) => a.farthest - b.farthest,
  farthest: (a, b) => b.farthest - a.farthest,
  bytes: (a, b) => b.freeableBytes - a.freeableBytes,
};

/** The groups that pass a filter, in an order; those that are equal in it stay in the report's. */
export function chosenGroups(
  groups: readonly IndexedGroup[],
  filter: GroupFilter,
  order: GroupOrder,
  marks: Marks,
): IndexedGroup[] {
  const words = searchWords(filter.query);
  const chosen = groups.filter(
    (indexed) =>
      words.every((word) => indexed.text.includes(word)) &&
      isLike(indexed, filter) &&
      isInState(indexed, filter.state, marks),
  );
  return order === "report" ? chosen : chosen.sort(ORDERS[order]);
}

function isLike(indexed: IndexedGroup, { match, link, size, change, labels }: GroupFilter): boolean {
  const { group } = indexed;
  if (match !== "" && !indexed.matches.has(match)) return false;
  if (link !== "" && indexed.hasChain !== (link === "chain")) return false;
  if (change !== "" && (change === "changed" ? !group.change : group.change !== change)) return false;
  if (size !== "") {
    const [least, most] = SIZES[size];
    if (group.members.length < least || group.members.length > most) return false;
  }
  return hasLabels(indexed, labels);
}

function hasLabels({ labels, splits }: IndexedGroup, wanted: GroupFilter["labels"]): boolean {
  if (wanted === "conflict") return labels.size > 1;
  if (wanted === "splits") return splits.size > 1;
  if (wanted === "some") return labels.size > 0;
  return wanted !== "none" || labels.size === 0;
}

function isInState({ group }: IndexedGroup, state: GroupFilter["state"], marks: Marks): boolean {
  switch (state) {
    case "undecided":
      return undecidedMembers(group, marks).length > 0;
    case "decided":
      return undecidedMembers(group, marks).length === 0;
    case "marked":
      return group.members.some((member) => marks.isMarked(member));
    case "nothing-stays":
      return nothingStays(group, marks);
    default:
      return true;
  }
}
