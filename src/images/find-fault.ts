import { open } from "node:fs/promises";
import { type Fault, isSystemError, reasonOf, UnreadablePicture } from "#images/unreadable-picture.ts";

/** What libvips says when the machine has run out of something: memory, open files, room for temporary files. */
const SHORTAGE = /out of memory|Cannot allocate memory|Too many open files|No space left on device/;
const CHUNK_BYTES = 1 << 20;

/** Tells what kept a picture from being decoded, and whether it will again. libvips says much the same of a bad picture and a bad disk. */
export async function findFault(error: unknown, path: string): Promise<UnreadablePicture> {
  if (error instanceof UnreadablePicture) return error;
  const isOfSystem = isSystemError(error);
  const cause = isOfSystem ? error : ((await errorOfReading(path)) ?? error);
  const fault: Fault = cause !== error || isOfSystem || SHORTAGE.test(String(error)) ? "circumstances" : "content";
  return new UnreadablePicture(fault, reasonOf(cause, path), { cause });
}

/** Reads a file to its end; gives what the file system has against it. */
async function errorOfReading(path: string): Promise<unknown> {
  try {
    const file = await open(path, "r");
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      while ((await file.read(chunk, 0, CHUNK_BYTES)).bytesRead > 0);
    } finally {
      await file.close();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}
