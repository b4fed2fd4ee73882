import { open, rename, rm } from "node:fs/promises";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

/**
 * Writes a file so that it is either absent (or as before) or whole: under a temporary name, synced, then renamed.
 *
 * @throws PipelineError `artifact` naming the file when the disk does not take it
 */
export async function writeWholeFile(
  path: string,
  content: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, "w");
    try {
      for await (const chunk of content) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new PipelineError("artifact", `Cannot write "${path}": ${messageOf(error)}`, { cause: error });
  }
}
