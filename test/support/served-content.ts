import { blockIds, type PageHead } from "#page/page-blocks.ts";
import type { PageContent } from "#page/page-content.ts";
import { reviewPage } from "#page/review-page.ts";
import type { ServedContent, ServedIndex } from "#page/served-content.ts";

/** What a server shows of a report, with an index of its images and so many more. */
export async function servedContent(report: PageContent, index: Partial<ServedIndex> = {}): Promise<ServedContent> {
  const [, json = ""] = new RegExp(`id="${blockIds.head}">(.*?)</script>`).exec(await firstChunk(report)) ?? [];
  const head: PageHead = JSON.parse(json);
  return { index: { ...INDEX, ...index }, reports: { ...report, head } };
}

/** An index without reports. */
export function bareContent(index: Partial<ServedIndex> = {}): ServedContent {
  return { index: { ...INDEX, ...index }, reports: undefined };
}

const INDEX: ServedIndex = { images: 1000, metric: "l2", model: "made", hasReferences: true };

async function firstChunk(report: PageContent): Promise<string> {
  for await (const chunk of reviewPage(report)) return chunk;
  return "";
}
