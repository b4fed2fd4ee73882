import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { storedCandidates, storedGroups } from "#artifacts/stored-groups.ts";
import type { GroupChange, PageCandidate, PageGroup } from "#page/page-content.ts";
import { reportHead } from "#page/report-head.ts";
import type { ServedContent, ServedIndex, ServedReports } from "#page/served-content.ts";
import { readCsv } from "#reports/read-csv.ts";
import type { IndexFacts } from "#similarity/similar-images.ts";

/**
 * What the server's page shows: facts of the index, and the latest reports, whose records are read when the page is written, one at a time.
 * A run that ends replaces the folder, so read it again for each page, or when run.json has another time.
 *
 * @param reports folder of the latest reports; undefined, or one without report.html, gives a page that only browses
 * @throws PipelineError `input` naming changes.csv where it is not one of ours
 */
export async function reportContent(reports: string | undefined, facts: IndexFacts): Promise<ServedContent> {
  const hasReferences = reports !== undefined && (await hasReferenceFolder(reports));
  const { images, metric, model } = facts;
  const index: ServedIndex = { images, metric, model, hasReferences };
  return { index, reports: reports === undefined ? undefined : await latestReports(reports) };
}

async function latestReports(reports: string): Promise<ServedReports | undefined> {
  const page = join(reports, "report.html");
  const head = existsSync(page) ? await reportHead(page) : undefined;
  if (!head) return undefined;
  return {
    head,
    // the files have more of each record than is read elsewhere: all that report.html shows
    groups: () => storedGroups(reports) as AsyncGenerator<PageGroup>,
    candidates: () => storedCandidates(reports) as AsyncGenerator<PageCandidate>,
    changes: head.hasChanges ? await storedChanges(join(reports, "changes.csv")) : undefined,
  };
}

/** Of each group, the change that tells most: its lines begin with that. */
async function storedChanges(file: string): Promise<ReadonlyMap<string, GroupChange>> {
  const first = new Map<string, GroupChange>();
  for await (const [change, group] of readCsv(file, ["change", "group_id"])) {
    if (change !== "gone" && !first.has(group)) first.set(group, change as GroupChange);
  }
  return first;
}

/** False too where run.json tells nothing: the page then does not offer to look among references alone. */
async function hasReferenceFolder(reports: string): Promise<boolean> {
  try {
    const { folders } = JSON.parse(await readFile(join(reports, "run.json"), "utf8"));
    return folders.some(({ reference }: { reference: boolean }) => reference);
  } catch {
    return false;
  }
}
