import { execFile } from "node:child_process";
import { chmod, chown, lchown, lutimes, utimes } from "node:fs/promises";
import { promisify } from "node:util";
import { type FileFacts, factsAt } from "./file-facts.ts";

/**
 * Gives a file the owner, permissions and time of another: owners as far as the system allows it, times to the nanosecond where it has
 * the means.
 *
 * @throws the file system's error
 */
export async function giveMarks(path: string, marks: FileFacts): Promise<void> {
  const isLink = marks.kind === "link";
  if (process.platform !== "win32") {
    // only root may give a file away
    await (isLink ? lchown : chown)(path, marks.uid, marks.gid).catch(() => undefined);
  }
  // after the owner: giving a file away takes some permissions
  if (!isLink) await chmod(path, marks.mode);
  await giveTime(path, marks, isLink);
}

async function giveTime(path: string, { mtimeNs }: FileFacts, isLink: boolean): Promise<void> {
  const seconds = Number(mtimeNs) / 1e9;
  await (isLink ? lutimes : utimes)(path, seconds, seconds);
  if ((await factsAt(path))?.mtimeNs === mtimeNs) return;
  // Node.js takes times as numbers, which do not hold nanoseconds; where there is no `touch` they stay as near as that
  const whole = ["-c", "-m", ...(isLink ? ["-h"] : []), "-d", isoTime(BigInt(mtimeNs)), "--", path];
  await promisify(execFile)("touch", whole).catch(() => undefined);
}

/** `2026-11-21T21:00:45.123456789Z`. */
function isoTime(ns: bigint): string {
  const fraction = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const milliseconds = Number((ns - fraction) / 1_000_000n);
  return `${new Date(milliseconds).toISOString().slice(0, -5)}.${String(fraction).padStart(9, "0")}Z`;
}
