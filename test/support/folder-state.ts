import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "#base/fingerprint.ts";

/** Everything in a folder, by path: what it is, its permissions, and for files time (ns) and SHA-256. */
export async function folderState(folder: string): Promise<Record<string, string>> {
  const state: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const { mode, mtimeNs } = await lstat(path, { bigint: true });
    const permissions = (mode & 0o7777n).toString(8);
    state[path.slice(folder.length + 1)] = entry.isDirectory()
      ? `folder ${permissions}`
      : `${entry.isSymbolicLink() ? `-> ${await readlink(path)}` : sha256(await readFile(path))} ${permissions} ${mtimeNs}`;
  }
  return state;
}
