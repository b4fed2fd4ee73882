import { PipelineError } from "#base/pipeline-error.ts";

/** An image folder, by its absolute path, and how many files of it can be read. */
export interface FoundFolder {
  readonly path: string;
  readonly files: number;
}

/**
 * A folder that is suddenly empty, or has lost more than half its files, is more often a disk that is not mounted than what somebody
 * wanted: to take it for true would empty the reports.
 *
 * @param earlier files of each folder when the latest run ended
 * @throws PipelineError `input` naming the folder and both counts
 */
export function refuseShrunkFolders(folders: readonly FoundFolder[], earlier: Readonly<Record<string, number>>): void {
  for (const { path, files } of folders) {
    const before = earlier[path] ?? 0;
    if (files * 2 >= before) continue;
    const found = `found ${files} files that can be read in "${path}", the latest run found ${before}`;
    const advice = "mount it or see what happened; if the files are meant to be gone, run with --allow-shrink";
    throw new PipelineError("input", `Refused: ${found}; ${advice}`);
  }
}
