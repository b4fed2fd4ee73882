import { CANDIDATES_PER_PAGE } from "#page/page-blocks.ts";
import type { PageCandidate, PageMember } from "#page/page-content.ts";
import type { ServedHead } from "#page/served-content.ts";
import { candidateContent } from "../candidate-item.ts";
import type { CardLinks } from "../card-pictures.ts";
import type { DataBlocks } from "../data-blocks.ts";
import { memberContent } from "../group-section.ts";
import type { CardContent } from "../image-card.ts";
import type { IndexedGroup } from "../indexed-group.ts";
import { ReviewData } from "../review-data.ts";
import { similarHash } from "./browse-route.ts";
import { imageAddress } from "./image-address.ts";

/** Pixels of the pictures on cards; those of dense screens are twice as many. */
const CARD_WIDTH = 160;
/** Of those that stand alone, or two beside each other. */
export const LARGE_WIDTH = 640;

/** What the reports say of an image. */
export interface ReviewedImage {
  readonly content: CardContent;
  /** The group that it is in. */
  readonly group: IndexedGroup | undefined;
}

interface Found {
  readonly member?: PageMember;
  readonly group?: IndexedGroup;
  readonly candidate?: PageCandidate;
}

/** The records of the report, with pictures from the server. */
export class ServedData extends ReviewData {
  readonly served: ServedHead;
  readonly #reviewed = new Map<string, Found>();
  #countedGroups = 0;
  #hasCandidates = false;

  constructor(blocks: DataBlocks) {
    super(blocks);
    this.served = this.head as ServedHead;
  }

  override async ofGroup({ group }: IndexedGroup): Promise<readonly string[]> {
    return group.members.map(({ path }) => cardPicture(path));
  }

  override async ofCandidates(block: number): Promise<readonly string[]> {
    const first = block * CANDIDATES_PER_PAGE;
    return this.candidates.slice(first, first + CANDIDATES_PER_PAGE).map(({ path }) => cardPicture(path));
  }

  override linksOf(path: string): CardLinks {
    return { similar: similarHash(path), large: imageAddress(path, LARGE_WIDTH) };
  }

  /** Undefined for an image of which the reports say nothing, as far as they are read. */
  reviewed(path: string): ReviewedImage | undefined {
    const found = this.#found(path);
    if (found?.member) return { content: memberContent(found.member), group: found.group };
    return found?.candidate && { content: candidateContent(found.candidate), group: undefined };
  }

  /** The group that an image is in. */
  groupOf(path: string): IndexedGroup | undefined {
    return this.#found(path)?.group;
  }

  #found(path: string): Found | undefined {
    for (; this.#countedGroups < this.groups.length; this.#countedGroups++) {
      const group = this.groups[this.#countedGroups];
      for (const member of group.group.members) this.#reviewed.set(member.path, { member, group });
    }
    if (this.isComplete && !this.#hasCandidates) {
      this.#hasCandidates = true;
      for (const candidate of this.candidates) {
        if (!this.#reviewed.has(candidate.path)) this.#reviewed.set(candidate.path, { candidate });
      }
    }
    return this.#reviewed.get(path);
  }
}

function cardPicture(path: string): string {
  return imageAddress(path, devicePixelRatio > 1 ? 2 * CARD_WIDTH : CARD_WIDTH);
}
