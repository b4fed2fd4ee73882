import type { Decision } from "#data/decision.ts";
import type { Announcer } from "./announcer.ts";
import type { ImageCard } from "./image-card.ts";
import type { IndexedGroup } from "./indexed-group.ts";
import { proposedDrops, undecidedMembers } from "./mark-rules.ts";
import type { Marks } from "./marks.ts";
import { numberOf } from "./number-text.ts";
import { pathParts } from "./visible-text.ts";
import { DECISION_WORDS } from "./words.ts";

/** Marks images as a person asks, within the rules, and says what was done. */
export class Reviewer {
  readonly marks: Marks;
  readonly #announcer: Announcer;

  constructor(marks: Marks, announcer: Announcer) {
    this.marks = marks;
    this.#announcer = announcer;
  }

  /** Decides on an image; the decision that it has already is taken away. */
  toggle({ content }: ImageCard, decision: Decision): void {
    const refusal = content.refusalOf(decision);
    if (refusal) {
      this.#announcer.say(refusal);
      return;
    }
    const isSet = this.marks.of(content.image).decision === decision;
    this.marks.decide([content.image], isSet ? "" : decision);
    this.#announcer.say(`${isSet ? "Cleared" : DECISION_WORDS[decision].done}: ${pathParts(content.image.path)[1]}`);
  }

  clear({ content }: ImageCard): void {
    this.marks.decide([content.image], "");
    this.#announcer.say(`Cleared: ${pathParts(content.image.path)[1]}`);
  }

  /** Drops what the program proposes to drop and nobody has decided on. */
  accept({ group }: IndexedGroup): void {
    const drops = proposedDrops(group, this.marks);
    this.marks.decide(drops, "drop");
    const left = undecidedMembers(group, this.marks).length;
    const dropped =
      drops.length === 0 ? "There is nothing to accept" : `Dropped ${numberOf(drops.length, "duplicate")}`;
    this.#announcer.say(left === 0 ? dropped : `${dropped}. Left for you to look at: ${numberOf(left, "image")}.`);
  }

  clearGroup({ group }: IndexedGroup): void {
    this.marks.decide(group.members, "");
    this.#announcer.say("Cleared the group");
  }

  undo(): void {
    const path = this.marks.undo();
    this.#announcer.say(path === undefined ? "There is nothing to take back" : `Taken back: ${pathParts(path)[1]}`);
  }
}
