import { createHash } from "node:crypto";
import { dataBlock } from "#page/data-block.ts";
import {
  blockIds,
  CANDIDATES_PER_PAGE,
  CANDIDATES_SHARE,
  GROUPS_PER_PAGE,
  type PageHead,
  THUMBNAILS_PER_GROUP,
  type Thumbnail,
} from "#page/page-blocks.ts";
import type { PageContent, PageGroup } from "#page/page-content.ts";
import { pageFrame } from "#page/page-frame.ts";
import { firstRecords, furtherRecords, inRuns } from "#page/page-records.ts";

/**
 * report.html: one file in which a person looks at groups and candidates, marks them and exports the marks; it needs no network. What the
 * first view shows comes first, then the script, then all other records, then all other pictures: a browser shows the one while it reads
 * the other. The same content gives the same bytes.
 *
 * @yields the file in chunks
 */
export async function* reviewPage(given: PageContent): AsyncGenerator<string> {
  const head = await headOf(given);
  const content = head.hasChanges ? given : { ...given, changes: undefined };
  const forCandidates = Math.min(head.candidateCount, Math.floor(content.maxThumbnails * CANDIDATES_SHARE));
  const budget = new ThumbnailBudget(content.maxThumbnails - forCandidates);
  const frame = await pageFrame("report");

  yield frame.beforeData + dataBlock(blockIds.head, head);
  const groups = yield* firstRecords(content);
  yield* groupThumbnails(content, groups, 0, budget);
  yield frame.script;
  yield* furtherRecords(content);
  yield* furtherPictures(content, budget, forCandidates);
  yield frame.afterData;
}

async function* furtherPictures(
  content: PageContent,
  budget: ThumbnailBudget,
  forCandidates: number,
): AsyncGenerator<string> {
  let first = 0;
  for await (const groups of inRuns(content.groups(), GROUPS_PER_PAGE)) {
    if (first > 0) yield* groupThumbnails(content, groups, first, budget);
    first += groups.length;
  }
  const candidatesBudget = new ThumbnailBudget(forCandidates);
  let block = 0;
  for await (const candidates of inRuns(content.candidates(), CANDIDATES_PER_PAGE)) {
    const pictured = candidates.slice(0, candidatesBudget.take(candidates.length));
    yield dataBlock(blockIds.candidateThumbnails(block++), await thumbnailsOf(content, pictured));
  }
}

async function* groupThumbnails(
  content: PageContent,
  groups: readonly PageGroup[],
  first: number,
  budget: ThumbnailBudget,
): AsyncGenerator<string> {
  for (const [i, { members }] of groups.entries()) {
    const pictured = members.slice(0, budget.take(Math.min(members.length, THUMBNAILS_PER_GROUP)));
    yield dataBlock(blockIds.groupThumbnails(first + i), await thumbnailsOf(content, pictured));
  }
}

function thumbnailsOf(content: PageContent, images: readonly { path: string }[]): Promise<Thumbnail[]> {
  return Promise.all(
    images.map(async ({ path }) => {
      const jpeg = await content.thumbnail(path);
      return jpeg ? Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength).toString("base64") : null;
    }),
  );
}

class ThumbnailBudget {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  /** As many of those that are wanted as may be had. */
  take(wanted: number): number {
    const taken = Math.min(wanted, this.#left);
    this.#left -= taken;
    return taken;
  }
}

async function headOf({ facts, groups, candidates, changes, maxThumbnails }: PageContent): Promise<PageHead> {
  const hash = createHash("sha256").update(JSON.stringify([facts, [...(changes ?? [])]]));
  let groupCount = 0;
  let newCount = 0;
  for await (const group of groups()) {
    hash.update(`\n${JSON.stringify(group)}`);
    groupCount++;
    if (changes?.get(group.group_id) === "new") newCount++;
  }
  let candidateCount = 0;
  for await (const candidate of candidates()) {
    hash.update(`\n${JSON.stringify(candidate)}`);
    candidateCount++;
  }
  const fingerprint = hash.digest("hex").slice(0, 32);
  // of a first report all groups are new, which is not worth saying of each
  const hasChanges = changes !== undefined && changes.size > 0 && newCount < groupCount;
  return { fingerprint, facts, groupCount, candidateCount, hasChanges, maxThumbnails };
}
