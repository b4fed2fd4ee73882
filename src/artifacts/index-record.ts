import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checksum } from "#artifacts/checksum.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { sha256 } from "#base/fingerprint.ts";

/** Changes when what lies in index/ can no longer be read by older programs. */
const FORMAT_VERSION = 2;

/**
 * index.json says of which files the index consists: what it names is whole, anything else was never finished. Every change ends with
 * writing it, so that each is there as a whole or not at all.
 */
export const INDEX_RECORD = "index.json";
/** The same a moment later, should the first be damaged. */
export const INDEX_RECORD_COPY = "index.copy.json";

/** A file of the index, named relative to it. */
export interface FileRecord extends Checksum {
  readonly name: string;
}

/** Consecutive rows. Their numbers stay when rows die, and features never change. */
export interface ShardRecord {
  readonly rows: number;
  /** Null where it was damaged: all of its rows are dead. */
  readonly content: ShardFiles | null;
  /** Pairs of its rows with each other and all rows before, within a threshold; null where they were not compared. */
  readonly pairs: (FileRecord & { readonly threshold: number }) | null;
}

export interface ShardFiles {
  /** NNNN in its files' names. */
  readonly number: number;
  readonly features: FileRecord;
  readonly views: FileRecord | null;
  /** A line a row: IndexRow as JSON. */
  readonly images: FileRecord;
  /** The ids of the same, for numpy; null while they are written anew. */
  readonly objectIds: FileRecord | null;
}

/** What made the features: another model, preprocessing or view makes another index. */
export interface IndexMaker {
  /** Of everything that decides the numbers of a feature. */
  readonly fingerprint: string;
  readonly model: string;
  readonly dim: number;
  /** Views each image has besides itself. */
  readonly views: readonly string[];
}

export interface IndexRecord {
  readonly format: typeof FORMAT_VERSION;
  readonly madeBy: IndexMaker;
  /** Rows in all shards. */
  readonly rows: number;
  /** Rows whose images the latest finished run reported; later ones are of a run that did not end. */
  readonly reportedRows: number;
  /** NNNN of the next shard, and what tells later files of a shard from earlier ones: neither is used twice. */
  readonly nextShard: number;
  readonly nextGeneration: number;
  /** Images that the latest finished run found in each of its folders, by absolute path. */
  readonly folders: Readonly<Record<string, number>>;
  readonly shards: readonly ShardRecord[];
  /** File with what looking at pairs told, and which way of looking it was; null before the first. */
  readonly matches: { readonly name: string; readonly version: number } | null;
  /** File with what cannot be read until it changes. */
  readonly unreadable: FileRecord | null;
  /** File with the groups that the latest finished run reported. */
  readonly groups: FileRecord | null;
  /** File with small pictures, and which way of making them it was; null before the first. */
  readonly thumbnails: { readonly name: string; readonly version: number } | null;
}

/** What indexes did not have at first: older ones go on without it. */
const NOT_KEPT_BEFORE = { groups: null, thumbnails: null };

export function emptyRecord(madeBy: IndexMaker): IndexRecord {
  const counts = { rows: 0, reportedRows: 0, nextShard: 0, nextGeneration: 0 };
  const nothing = { folders: {}, shards: [], matches: null, unreadable: null };
  return { format: FORMAT_VERSION, madeBy, ...counts, ...nothing, ...NOT_KEPT_BEFORE };
}

/** Commits a change of the index. */
export async function writeIndexRecord(folder: string, record: IndexRecord): Promise<void> {
  const content = JSON.stringify(record, null, 1);
  const lines = [`{"sha256":"${sha256(content)}","index":\n`, content, "}\n"];
  await writeWholeFile(join(folder, INDEX_RECORD), lines);
  await writeWholeFile(join(folder, INDEX_RECORD_COPY), lines);
}

/**
 * Reads one of the two files.
 *
 * @returns undefined where there is none; `damaged` where it is not what was written; `other` where another version wrote it
 */
export async function readIndexRecord(file: string): Promise<IndexRecord | "damaged" | "other" | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  let parsed: { sha256?: string; index?: IndexRecord; format?: number };
  try {
    parsed = JSON.parse(text);
  } catch {
    return "damaged";
  }
  // the first version had no checksum and its format at the top
  if (typeof parsed?.format === "number") return "other";
  const { index } = parsed ?? {};
  if (!index || sha256(JSON.stringify(index, null, 1)) !== parsed.sha256) return "damaged";
  if (index.format !== FORMAT_VERSION) return "other";
  // earlier versions kept what ranking candidates had shown
  const { choices: _, ...kept } = index as IndexRecord & { choices?: unknown };
  return { ...NOT_KEPT_BEFORE, ...kept };
}

/** Every file that belongs to the index, relative to it. */
export function filesOf({ shards, matches, unreadable, groups, thumbnails }: IndexRecord): Set<string> {
  const names = new Set([INDEX_RECORD, INDEX_RECORD_COPY]);
  const add = (file: FileRecord | null | undefined) => file && names.add(file.name);
  for (const { content, pairs } of shards) {
    for (const file of [content?.features, content?.views, content?.images, content?.objectIds, pairs]) add(file);
  }
  add(unreadable);
  add(groups);
  for (const log of [matches, thumbnails]) if (log !== null) names.add(log.name);
  return names;
}
