import type { Match } from "#data/match.ts";
import type { BlockGroup } from "#page/page-blocks.ts";

/** A group with what searches, filters and orders ask for, found once. */
export interface IndexedGroup {
  /** Its place in the report: its thumbnails are under it. */
  readonly place: number;
  readonly group: BlockGroup;
  /** All that can be searched for, as `searchText` makes it. */
  readonly text: string;
  readonly matches: ReadonlySet<Match | "">;
  readonly hasChain: boolean;
  /** Largest distance of a member to the keeper. */
  readonly farthest: number;
  /** Bytes of the members that may go. */
  readonly freeableBytes: number;
  /** Labels of its members. */
  readonly labels: ReadonlySet<string>;
  /** Splits of its members. */
  readonly splits: ReadonlySet<string>;
}

export function indexedGroup(place: number, group: BlockGroup): IndexedGroup {
  const { members } = group;
  return {
    place,
    group,
    text: searchText([group.group_id, ...members.map(({ path, label }) => `${path}\n${label}`)].join("\n")),
    matches: new Set(members.map(({ match }) => match)),
    hasChain: members.some(({ link }) => link === "chain"),
    farthest: members.reduce((most, { distance_to_keep }) => Math.max(most, distance_to_keep), 0),
    freeableBytes: members.reduce((sum, { role, bytes }) => sum + (role === "duplicate" ? bytes : 0), 0),
    labels: new Set(members.map(({ label }) => label).filter((label) => label !== "")),
    splits: new Set(members.map(({ split }) => split).filter((split) => split !== "")),
  };
}

/** The form in which texts are compared: case and forms of Unicode do not count. */
export function searchText(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** Words of a search; an image or group is found when it has them all. */
export function searchWords(query: string): string[] {
  return searchText(query)
    .split(/\s+/)
    .filter((word) => word !== "");
}
