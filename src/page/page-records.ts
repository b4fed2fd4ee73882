import { dataBlock } from "#page/data-block.ts";
import { type BlockGroup, blockIds, CANDIDATES_PER_PAGE, GROUPS_PER_PAGE } from "#page/page-blocks.ts";
import type { PageCandidate, PageContent, PageGroup } from "#page/page-content.ts";

type Records = Pick<PageContent, "groups" | "candidates" | "changes">;

/** The block that the first view of groups is made of; nothing where there are no groups. */
export async function* firstRecords(content: Records): AsyncGenerator<string, readonly PageGroup[]> {
  for await (const groups of inRuns(content.groups(), GROUPS_PER_PAGE)) {
    yield dataBlock(blockIds.groups(0), groups.map(withChange(content)));
    return groups;
  }
  return [];
}

/** The blocks of all other groups, and of all candidates. */
export async function* furtherRecords(content: Records): AsyncGenerator<string> {
  let block = 0;
  for await (const groups of inRuns(content.groups(), GROUPS_PER_PAGE)) {
    if (block > 0) yield dataBlock(blockIds.groups(block), groups.map(withChange(content)));
    block++;
  }
  block = 0;
  for await (const candidates of inRuns(content.candidates(), CANDIDATES_PER_PAGE)) {
    yield dataBlock(blockIds.candidates(block++), candidates);
  }
}

function withChange({ changes }: Records): (group: PageGroup) => BlockGroup {
  return (group) => {
    const change = changes?.get(group.group_id);
    return change ? { ...group, change } : group;
  };
}

/** The records in runs of `size`; the last may be shorter. */
export async function* inRuns<Record extends PageGroup | PageCandidate>(
  records: Iterable<Record> | AsyncIterable<Record>,
  size: number,
): AsyncGenerator<readonly Record[]> {
  let run: Record[] = [];
  for await (const record of records) {
    run.push(record);
    if (run.length < size) continue;
    yield run;
    run = [];
  }
  if (run.length > 0) yield run;
}
