import { basename, join } from "node:path";
import { type EditedReport, moveEdited, type WrittenReport } from "#artifacts/edited-reports.ts";
import type { OutputPaths } from "#artifacts/output-paths.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { publishDraft, startDraft } from "#artifacts/whole-folder.ts";
import type { Progress } from "#base/progress.ts";

const RUN_RECORD = "run.json";

export interface PublishOptions {
  readonly paths: OutputPaths;
  /** What a person had changed in the reports that are to be replaced, when their decisions were read. */
  readonly read: readonly EditedReport[];
  /** Name of a folder for what people changed in them. */
  readonly started: Date;
  readonly progress: Progress;
}

/**
 * Puts reports in the place of the earlier ones, all at once. What a person has changed there, or laid into the folder, is kept in
 * reviewed/<UTC start>/.
 *
 * @param write puts every report but run.json into a folder
 * @param describe makes run.json, which lists the others
 */
export async function publish(
  write: (folder: string) => Promise<readonly WrittenReport[]>,
  describe: (written: readonly WrittenReport[]) => string,
  { paths, read, started, progress }: PublishOptions,
): Promise<void> {
  const draft = await startDraft(paths.reports, RUN_RECORD);
  const written = await write(draft);
  await writeWholeFile(join(draft, RUN_RECORD), [describe(written)]);
  await publishDraft(paths.reports, async (previous) => {
    const kept = join(paths.reviewed, started.toISOString().replaceAll(":", "-"));
    for (const report of await moveEdited(previous, kept)) {
      const place = `"${join(basename(paths.reports), report.name)}" had been changed: it lies in "${kept}" now`;
      const isRead = read.some(({ name, modified }) => name === report.name && modified === report.modified);
      const after = "that was after its decisions were read: give it to --reviewed";
      progress.note(isRead ? place : `${place}; ${after}`);
    }
  });
}
