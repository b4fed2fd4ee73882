import {
  type BlockGroup,
  blockIds,
  CANDIDATES_PER_PAGE,
  GROUPS_PER_PAGE,
  type PageHead,
  type Thumbnail,
} from "#page/page-blocks.ts";
import type { PageCandidate } from "#page/page-content.ts";
import type { CardLinks, CardPictures } from "./card-pictures.ts";
import type { DataBlocks } from "./data-blocks.ts";
import { type IndexedGroup, indexedGroup } from "./indexed-group.ts";
import { WorkSlice } from "./work-slice.ts";

/** The records of the report, with pictures that stand in the page. The first groups are there at once, the others as the browser reads them; pictures are read when they are shown. */
export class ReviewData implements CardPictures {
  readonly head: PageHead;
  readonly groups: IndexedGroup[] = [];
  readonly candidates: PageCandidate[] = [];
  readonly #blocks: DataBlocks;
  /** True when all records are there; pictures may still come. */
  isComplete = false;

  constructor(blocks: DataBlocks) {
    this.#blocks = blocks;
    this.head = blocks.takeNow(blockIds.head);
    if (this.head.groupCount > 0) this.#addGroups(blocks.takeNow(blockIds.groups(0)));
  }

  /** Reads all further records, a few milliseconds at a time. */
  async readAll(): Promise<void> {
    const { groupCount, candidateCount } = this.head;
    const slice = new WorkSlice();
    for (let block = 1; block * GROUPS_PER_PAGE < groupCount; block++) {
      this.#addGroups((await this.#blocks.take<BlockGroup[]>(blockIds.groups(block))) ?? []);
      await slice.pauseIfLong();
    }
    for (let block = 0; block * CANDIDATES_PER_PAGE < candidateCount; block++) {
      this.candidates.push(...((await this.#blocks.take<PageCandidate[]>(blockIds.candidates(block))) ?? []));
      await slice.pauseIfLong();
    }
    this.isComplete = true;
  }

  /** False where the file ends before all its records: a copy of it was cut off. */
  get isWhole(): boolean {
    return this.groups.length === this.head.groupCount && this.candidates.length === this.head.candidateCount;
  }

  ofGroup({ place }: IndexedGroup): Promise<readonly (string | null)[]> {
    return this.#addresses(blockIds.groupThumbnails(place));
  }

  ofCandidates(block: number): Promise<readonly (string | null)[]> {
    return this.#addresses(blockIds.candidateThumbnails(block));
  }

  linksOf(_path: string): CardLinks {
    return {};
  }

  async #addresses(block: string): Promise<readonly (string | null)[]> {
    const thumbnails = (await this.#blocks.read<readonly Thumbnail[]>(block)) ?? [];
    return thumbnails.map((thumbnail) => thumbnail && `data:image/jpeg;base64,${thumbnail}`);
  }

  #addGroups(groups: readonly BlockGroup[]): void {
    for (const group of groups) this.groups.push(indexedGroup(this.groups.length, group));
  }
}
