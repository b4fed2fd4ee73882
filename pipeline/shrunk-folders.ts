import { PipelineError } from "#base/pipeline-error.ts";

/** An image folder, by its absolute path, and how many files of it can be read. */
export interface FoundFolder {
  readonly path: string;
  /** What the ids of its images begin with. */
  readonly prefix: string;
  readonly files: number;
}

export interface EarlierFolders {
  /** Files of each folder when the latest run ended. */
  readonly files: Readonly<Record<string, number>>;
  /** How many of these `npm run apply` has taken since; asked for where a folder has lost many. */
  removed(prefix: string): Promise<number>;
}

/**
 * A folder that is suddenly empty, or has lost more than half its files, is more often a disk that is not mounted than what somebody
 * wanted: to take it for true would empty the reports. What `npm run apply` took away is not lost.
 *
 * @throws PipelineError `input` naming the folder and both counts
 */
export async function refuseShrunkFolders(folders: readonly FoundFolder[], earlier: EarlierFolders): Promise<void> {
  for (const { path, prefix, files } of folders) {
    const before = earlier.files[path] ?? 0;
    if (files * 2 >= before) continue;
    const removed = await earlier.removed(prefix);
    // a disk that is not mounted has none
    if (files > 0 && (files + removed) * 2 >= before) continue;
    const found = `found ${files} files that can be read in "${path}", the latest run found ${before}`;
    const advice = "mount it or see what happened; if the files are meant to be gone, run with --allow-shrink";
    throw new PipelineError("input", `Refused: ${found}; ${advice}`);
  }
}
