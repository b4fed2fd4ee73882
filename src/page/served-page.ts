import { createHash } from "node:crypto";
import { dataBlock } from "#page/data-block.ts";
import { blockIds } from "#page/page-blocks.ts";
import type { PageFacts } from "#page/page-content.ts";
import { pageFrame } from "#page/page-frame.ts";
import { firstRecords, furtherRecords } from "#page/page-records.ts";
import type { ServedContent, ServedHead } from "#page/served-content.ts";

const NO_FACTS: PageFacts = {
  threshold: 0,
  counts: { images: 0, groups: 0, duplicates: 0, candidates: 0 },
  pairDistances: { width: 1, counts: { "same-bytes": [], "same-pixels": [], copy: [], similar: [] } },
};

/**
 * The page of the server: every image of the index, the images that are like one, and the groups and candidates of the latest run, marked as
 * in report.html. Its script comes before all records but the first, so that a browser shows images while it still reads. Pictures are
 * asked of the server by addresses relative to the page's own, which ends in "/".
 *
 * @yields the page in chunks
 */
export async function* servedPage({ index, reports }: ServedContent): AsyncGenerator<string> {
  const frame = await pageFrame("served");
  const head = headOf({ index, reports });
  const records = reports && { ...reports, changes: head.hasChanges ? reports.changes : undefined };
  yield frame.beforeData + dataBlock(blockIds.head, head);
  if (records) yield* firstRecords(records);
  yield frame.script;
  if (records) yield* furtherRecords(records);
  yield frame.afterData;
}

/** Tells pages apart: the same for the same script, index and reports. */
export async function servedPageVersion(content: ServedContent): Promise<string> {
  const { beforeData, script } = await pageFrame("served");
  return createHash("sha256")
    .update(beforeData)
    .update(script)
    .update(JSON.stringify(headOf(content)))
    .digest("hex");
}

function headOf({ index, reports }: ServedContent): ServedHead {
  const none = { fingerprint: "", facts: NO_FACTS, groupCount: 0, candidateCount: 0, hasChanges: false };
  return { ...(reports?.head ?? none), maxThumbnails: 0, index, hasReports: reports !== undefined };
}
