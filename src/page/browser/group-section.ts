import { DECISIONS } from "#data/decision.ts";
import { THUMBNAILS_PER_GROUP } from "#page/page-blocks.ts";
import type { PageMember } from "#page/page-content.ts";
import type { CardPictures } from "./card-pictures.ts";
import { element, setState } from "./elements.ts";
import { type CardContent, ImageCard } from "./image-card.ts";
import type { IndexedGroup } from "./indexed-group.ts";
import { nothingStays, proposedDrops, refusalOf, undecidedMembers } from "./mark-rules.ts";
import type { Marks } from "./marks.ts";
import { bytesText, countText, distanceText, numberOf } from "./number-text.ts";
import type { ShownItem } from "./shown-item.ts";
import { visibleText } from "./visible-text.ts";
import { CHANGE_WORDS, MATCH_WORDS } from "./words.ts";

/** Members that are built at first, and with each press of "Show more". */
const MEMBERS_AT_ONCE = 24;

/** A group: its members side by side, the keeper first. */
export class GroupSection implements ShownItem {
  readonly element: HTMLElement;
  readonly cards: ImageCard[] = [];
  readonly indexed: IndexedGroup;
  readonly #pictures: CardPictures;
  #addresses: readonly (string | null)[] | undefined;
  #isPictured = false;
  readonly #warning = element("p", { class: "warning", role: "alert" });
  readonly #members = element("ul", { class: "members" });
  readonly #more = element("button", { type: "button", class: "button more", "data-action": "more" });
  readonly #accept = element("button", { type: "button", class: "button", "data-action": "accept" }, "Accept proposal");

  constructor(indexed: IndexedGroup, pictures: CardPictures, marks: Marks) {
    this.indexed = indexed;
    this.#pictures = pictures;
    this.element = element(
      "li",
      { class: "group", "data-size": indexed.group.members.length > 2 ? "large" : "pair" },
      groupHeader(indexed, this.#accept),
      this.#warning,
      this.#members,
      this.#more,
    );
    this.showMore(marks);
  }

  showMore(marks: Marks): void {
    const { members } = this.indexed.group;
    for (const member of members.slice(this.cards.length, this.cards.length + MEMBERS_AT_ONCE)) {
      const card = new ImageCard(memberContent(member), this.#pictures.linksOf(member.path));
      this.cards.push(card);
      this.#members.append(element("li", {}, card.element));
    }
    const left = members.length - this.cards.length;
    this.#more.hidden = left === 0;
    this.#more.textContent = `Show ${countText(Math.min(left, MEMBERS_AT_ONCE))} more of ${countText(members.length)}`;
    this.refresh(marks);
    if (this.#isPictured) this.#fillPictures();
  }

  refresh(marks: Marks): void {
    for (const card of this.cards) card.refresh(marks);
    const { group } = this.indexed;
    const isDecided = undecidedMembers(group, marks).length === 0;
    setState(this.element, "data-decided", isDecided ? "true" : undefined);
    this.#accept.disabled = proposedDrops(group, marks).length === 0;
    const warning = nothingStays(group, marks)
      ? "Every image of this group would be dropped: nothing of it would stay. Keep at least one, unless you want none of them."
      : "";
    if (this.#warning.textContent !== warning) this.#warning.textContent = warning;
  }

  async showPictures(): Promise<void> {
    if (this.#isPictured) return;
    this.#isPictured = true;
    this.#addresses = await this.#pictures.ofGroup(this.indexed);
    this.#fillPictures();
  }

  #fillPictures(): void {
    if (!this.#addresses) return;
    for (const [i, card] of this.cards.entries()) {
      if (card.source) continue;
      const why =
        i >= THUMBNAILS_PER_GROUP
          ? `Only the first ${THUMBNAILS_PER_GROUP} of a group have thumbnails.`
          : "No thumbnail: the report has reached its bound.";
      card.showPicture(this.#addresses[i], why);
    }
  }
}

function groupHeader(
  { group, labels, splits, freeableBytes, hasChain, place }: IndexedGroup,
  accept: HTMLElement,
): HTMLElement {
  const facts = [
    numberOf(group.members.length, "image"),
    freeableBytes > 0 ? `${bytesText(freeableBytes)} may go` : "",
    `${group.diameter_is === "exact" ? "" : "at least "}${distanceText(group.diameter)} across`,
  ];
  const heading = element("h3", {}, element("span", { class: "group-number" }, `Group ${countText(place + 1)}`));
  const chips: Node[] = [];
  if (group.change) chips.push(chip(CHANGE_WORDS[group.change], "change", "since the run before"));
  if (labels.size > 1) {
    chips.push(chip(`labels differ: ${[...labels].map(visibleText).join(", ")}`, "conflict", "a label must be wrong"));
  }
  if (splits.size > 1) {
    const names = [...splits].map(visibleText).join(", ");
    chips.push(chip(`splits differ: ${names}`, "conflict", "copies in several splits leak from one to the other"));
  }
  if (hasChain) chips.push(chip("chained", "chain", "some hang together with the keeper only through others"));
  return element(
    "div",
    { class: "group-header" },
    element(
      "div",
      { class: "group-title" },
      heading,
      element("p", { class: "group-facts" }, facts.filter((fact) => fact !== "").join(" · ")),
      element("p", { class: "group-id" }, visibleText(group.group_id)),
      ...chips,
    ),
    element(
      "div",
      { class: "group-actions" },
      accept,
      element("button", { type: "button", class: "button quiet", "data-action": "clear-group" }, "Clear"),
    ),
  );
}

/** What the card of a member shows. */
export function memberContent(member: PageMember): CardContent {
  const { match, link, role, distance_to_keep } = member;
  const isKeeper = member.path === member.keep_path;
  const apart = `distance ${distanceText(distance_to_keep)}${link === "chain" ? ", linked through others" : ""}`;
  const lines = [match === "" ? "" : apart, sizeLine(member), labelLine(member)];
  return {
    image: member,
    kind: isKeeper && role !== "reference" ? "keeper" : role,
    title: role === "reference" ? "Reference" : isKeeper ? "Keeper" : "Duplicate",
    tags: match === "" ? [] : [chip(MATCH_WORDS[match].name, match, MATCH_WORDS[match].meaning)],
    meaning: match === "" ? "others are compared with it" : MATCH_WORDS[match].meaning,
    lines: lines.filter((line) => line !== ""),
    decisions: DECISIONS.filter((decision) => refusalOf(member, decision) === undefined),
    refusalOf: (decision) => refusalOf(member, decision),
  };
}

/** `1024 × 768 · 240 kB`; empty of what is not known. */
export function sizeLine({ width, height, bytes }: { width: number; height: number; bytes: number }): string {
  const parts = [width > 0 ? `${width} × ${height}` : "", bytes > 0 ? bytesText(bytes) : ""];
  return parts.filter((part) => part !== "").join(" · ");
}

function labelLine({ label, suggested_label, split }: PageMember): string {
  const labels = label !== "" ? `label ${visibleText(label)}` : "";
  const suggested = suggested_label !== "" ? `suggested label ${visibleText(suggested_label)}` : "";
  return [labels, suggested, split !== "" ? `split ${visibleText(split)}` : ""]
    .filter((part) => part !== "")
    .join(" · ");
}

function chip(text: string, kind: string, title: string): HTMLElement {
  return element("span", { class: "chip", "data-chip": kind, title }, text);
}
