import { EncodedRowsFolder } from "#artifacts/encoded-rows-folder.ts";
import { outputPaths } from "#artifacts/output-paths.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { Searcher } from "#search/searcher.ts";
import type { Settings } from "#settings/settings.ts";
import { makeMissing } from "#similarity/ready-shards.ts";
import { runRows } from "#similarity/run-rows.ts";
import { encodedFolder } from "#similarity/similarity-source.ts";

/** Makes what lets `npm run search` and `npm run serve` begin at once. They make it themselves where it is missing, so a failure is only told. */
export async function prepareQueries(settings: Settings, searcher: Searcher, progress: Progress): Promise<void> {
  // who asks features of somebody else may never come
  if (settings.features !== null) return;
  try {
    const rows = await runRows(outputPaths(settings.output), "ids", (line) => progress.note(line));
    const kept = new EncodedRowsFolder(encodedFolder(settings, "l2"));
    await makeMissing(rows, { searcher, kept, metric: "l2", progress });
  } catch (error) {
    progress.note(`Queries will be slower to begin: ${messageOf(error)}`);
  }
}
