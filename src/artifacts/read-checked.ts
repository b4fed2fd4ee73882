import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { FileRecord } from "#artifacts/index-record.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

/**
 * All of a file of the index.
 *
 * @throws PipelineError `artifact` when it cannot be read, or is not what was written
 */
export async function readChecked(folder: string, file: FileRecord): Promise<Buffer> {
  const path = join(folder, file.name);
  const content = await readFile(path).catch((error) => {
    throw unreadableFile(path, error);
  });
  if (content.length !== file.bytes || crc32(content) !== file.crc32) throw unreadableFile(path, WRONG_CHECKSUM);
  return content;
}

export const WRONG_CHECKSUM = new Error("its checksum is wrong");

/** What a run says that finds a file of the index damaged while it is at work. */
export function unreadableFile(path: string, cause: unknown): PipelineError {
  const advice = "run again: it is checked then, and made anew where it is damaged";
  return new PipelineError("artifact", `Cannot read "${path}": ${messageOf(cause)}; ${advice}`, { cause });
}
