import { stat } from "node:fs/promises";
import { join } from "node:path";
import { servedPage, servedPageVersion } from "#page/served-page.ts";
import { reportContent } from "#server/report-content.ts";
import type { ServedPage } from "#server/server-options.ts";
import type { SimilarImages } from "#similarity/similar-images.ts";

/**
 * The page for the index and the reports as they are when it is asked for.
 *
 * @param reports folder of the latest reports; undefined for vectors that no run made
 */
export function pageOf(similar: SimilarImages, reports: string | undefined): () => Promise<ServedPage> {
  let read: { readonly state: string; readonly page: Promise<ServedPage> } | undefined;
  return async () => {
    const state = `${similar.facts.generation} ${await stateOf(reports)}`;
    if (read?.state !== state) read = { state, page: readPage(similar, reports) };
    return read.page.catch((error) => {
      read = undefined;
      throw error;
    });
  };
}

async function readPage({ facts }: SimilarImages, reports: string | undefined): Promise<ServedPage> {
  const content = await reportContent(reports, facts);
  return { version: await servedPageVersion(content), html: () => servedPage(content) };
}

/** Changes when a run replaces the reports. */
async function stateOf(reports: string | undefined): Promise<string> {
  if (reports === undefined) return "";
  const run = await stat(join(reports, "run.json")).catch(() => undefined);
  return String(run?.mtimeMs);
}
