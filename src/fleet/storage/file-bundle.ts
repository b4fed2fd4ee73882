import { type FileHandle, open } from "node:fs/promises";
import pLimit from "p-limit";
import { sha256 } from "#base/fingerprint.ts";
import type { KnownFile } from "#fleet/storage/fleet-storage.ts";

/** What lies together in one object: little enough that a worker soon has the first pictures of a task, and that some are in memory at once. */
export const BUNDLE_BYTES = 8 * 2 ** 20;
const READ_AT_ONCE = 16;

/** An object of a bucket in which files lie one behind the other. */
export interface FileBundle {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Of each file, what `fetch` takes. */
  readonly references: readonly string[];
}

/** Where a file lies in a bundle. */
export interface BundledPiece {
  readonly key: string;
  readonly offset: number;
  readonly length: number;
}

/** No key has an empty part, so that none looks like this. */
const PIECE = /^(.*)\/\/(\d{1,8})-(\d{1,8})$/s;

/** Of a file without bytes, wherever it lies. */
export const NO_BYTES = "//0-0";

/** @returns undefined where a reference names no piece of a bundle */
export function pieceOf(reference: string): BundledPiece | undefined {
  const [, key, offset, length] = PIECE.exec(reference) ?? [];
  return key === undefined ? undefined : { key, offset: Number(offset), length: Number(length) };
}

/** In their order, as many together as a bundle takes; one that is larger stays alone. */
export function bundlesOf(files: readonly KnownFile[]): KnownFile[][] {
  const bundles: KnownFile[][] = [];
  let room = 0;
  for (const file of files) {
    if (file.bytes > room || bundles.length === 0) {
      bundles.push([]);
      room = BUNDLE_BYTES;
    }
    bundles[bundles.length - 1].push(file);
    room -= file.bytes;
  }
  return bundles;
}

/** Of the files of a bundle, as they are said to be. */
export function bundledReferences(files: readonly KnownFile[], key: string): string[] {
  let offset = 0;
  return files.map(({ bytes }) => {
    const reference = bytes === 0 ? NO_BYTES : `${key}//${offset}-${bytes}`;
    offset += bytes;
    return reference;
  });
}

/**
 * Reads the files of a bundle. One that is gone or has changed has no bytes in it; the bundle has another key then, as what has this one holds what
 * was asked for.
 */
export async function readBundle(files: readonly KnownFile[], key: string): Promise<FileBundle> {
  const bytes = Buffer.allocUnsafe(files.reduce((sum, file) => sum + file.bytes, 0));
  const limit = pLimit(READ_AT_ONCE);
  let next = 0;
  const reading = files.map((file) => {
    const place = bytes.subarray(next, next + file.bytes);
    next += file.bytes;
    return limit(() => readInto(place, file.path));
  });
  const wereRead = await Promise.all(reading);
  if (!wereRead.includes(false)) return { key, bytes, references: bundledReferences(files, key) };
  const other = `${key}-${sha256(bytes)}`;
  const references = bundledReferences(files, other).map((reference, i) => (wereRead[i] ? reference : NO_BYTES));
  return { key: other, bytes, references };
}

/** @returns false, and a place of zeros, where the file cannot be read or is not as long as the place */
async function readInto(place: Buffer, path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size === place.length && (await readWhole(file, place))) return true;
    } finally {
      await file.close();
    }
  } catch {
    // whoever decodes the picture finds it to be another
  }
  place.fill(0);
  return false;
}

/** A network folder may give less than it was asked for. */
async function readWhole(file: FileHandle, place: Buffer): Promise<boolean> {
  for (let at = 0; at < place.length; ) {
    const { bytesRead } = await file.read(place, at, place.length - at, at);
    if (bytesRead === 0) return false;
    at += bytesRead;
  }
  return true;
}
