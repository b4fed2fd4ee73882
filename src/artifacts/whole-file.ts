import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type Checksum, EMPTY, extended } from "#artifacts/checksum.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

const TEMPORARY = ".tmp";
const LARGE_CHUNK_BYTES = 1 << 18;

/**
 * Writes a file so that it is either absent (or as before) or whole, whatever ends the process or the machine: under a temporary name,
 * synced, then renamed.
 *
 * @returns the checksum of what was written
 * @throws PipelineError `artifact` naming the file when the disk does not take it
 */
export async function writeWholeFile(
  path: string,
  content: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<Checksum> {
  const temporary = path + TEMPORARY;
  try {
    let sum = EMPTY;
    const file = await open(temporary, "w");
    try {
      for await (const bytes of inLargeChunks(content)) {
        await file.writeFile(bytes);
        sum = extended(sum, bytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return sum;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new PipelineError("artifact", `Cannot write "${path}": ${messageOf(error)}`, { cause: error });
  }
}

/** A write for every line of a table would cost more than the table. */
async function* inLargeChunks(
  content: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    const next = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    waiting.push(next);
    bytes += next.length;
    if (bytes < LARGE_CHUNK_BYTES) continue;
    yield waiting.length === 1 ? next : Buffer.concat(waiting);
    [waiting, bytes] = [[], 0];
  }
  if (waiting.length > 0) yield waiting.length === 1 ? waiting[0] : Buffer.concat(waiting);
}

/** Makes renames in a folder last through a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // folders cannot be opened there
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
