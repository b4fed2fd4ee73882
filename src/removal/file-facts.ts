import type { BigIntStats } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { hashFile } from "#base/hash-file.ts";

/** What tells a file from others and from itself after a change, without reading it; of a symbolic link, that of the link itself. */
export interface FileFacts {
  readonly kind: "file" | "link" | "other";
  readonly device: string;
  readonly inode: string;
  /** Names that it has, in all folders. */
  readonly names: number;
  readonly bytes: number;
  /** When it was written last, ns since 1970: more digits than a number holds. */
  readonly mtimeNs: string;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Where a symbolic link leads, as it says itself; empty for others. */
  readonly link: string;
}

const PERMISSIONS = 0o7777n;
/** File systems that keep coarser times, and ways to set them that do, are still known to mean the same time. */
const SAME_TIME_NS = 1_000_000n;

/**
 * @returns undefined where there is nothing
 * @throws the file system's error where it does not say
 */
export async function factsAt(path: string): Promise<FileFacts | undefined> {
  let stats: BigIntStats;
  try {
    stats = await lstat(path, { bigint: true });
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  const link = stats.isSymbolicLink() ? await readlink(path) : "";
  return {
    kind: kindOf(stats),
    device: String(stats.dev),
    inode: String(stats.ino),
    names: Number(stats.nlink),
    bytes: Number(stats.size),
    mtimeNs: String(stats.mtimeNs),
    mode: Number(stats.mode & PERMISSIONS),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    link,
  };
}

function kindOf(stats: BigIntStats): FileFacts["kind"] {
  if (stats.isSymbolicLink()) return "link";
  return stats.isFile() ? "file" : "other";
}

/** Whether two names are of one file. */
export function isSameFile(a: FileFacts, b: FileFacts): boolean {
  return a.device === b.device && a.inode === b.inode;
}

/** Whether a file is what it was, as far as can be told without reading it. */
export function isUnchanged(now: FileFacts | undefined, before: FileFacts): boolean {
  if (now === undefined || !isSameFile(now, before)) return false;
  return now.bytes === before.bytes && now.mtimeNs === before.mtimeNs && now.link === before.link;
}

/** Whether two files were written at one time. */
export function isSameTime(a: FileFacts, b: FileFacts): boolean {
  const apart = BigInt(a.mtimeNs) - BigInt(b.mtimeNs);
  return apart < SAME_TIME_NS && -apart < SAME_TIME_NS;
}

/** Whether the file at a path can be read and has this content. */
export async function holds(path: string, sha256: string): Promise<boolean> {
  return hashFile(path).then(
    (content) => content.sha256 === sha256,
    () => false,
  );
}
