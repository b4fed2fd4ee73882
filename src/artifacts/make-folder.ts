import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it where they are missing. The option `recursive` of Node's mkdir never returns where a folder is there
 * but takes none in and says that it is missing, as /proc does, or a network folder that has vanished.
 *
 * @throws the file system's error
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && dirname(path) !== path) {
      await makeFolder(dirname(path));
      await mkdir(path).catch((again) => passOver(again, path));
    } else await passOver(error, path);
  }
}

/** Another process may have made it meanwhile; on a read-only disk even a folder that is there gives an error of its own. */
async function passOver(error: unknown, path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw error;
}
