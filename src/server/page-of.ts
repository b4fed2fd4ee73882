import { servedPage, servedPageVersion } from "#page/served-page.ts";
import { reportContent } from "#server/report-content.ts";
import type { ServedPage } from "#server/server-options.ts";
import type { SimilarImages } from "#similarity/similar-images.ts";

/**
 * The page for the index and the latest reports as they are now.
 *
 * @param reports folder of the latest reports; undefined where there are none of what is served
 */
export async function pageOf(similar: SimilarImages, reports: string | undefined): Promise<ServedPage> {
  const content = await reportContent(reports, similar.facts);
  return { version: await servedPageVersion(content), html: () => servedPage(content) };
}
