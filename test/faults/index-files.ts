import { readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { filesUnder } from "./picture-set.ts";

/** Where a run keeps what later runs need. */
export function indexOf(output: string): string {
  return join(output, "index");
}

/** The file that tells which shards are there; written after each. */
const MANIFEST = "index.json";

/** What files of the index hold, told by their names. */
const FILE_KINDS = {
  features: /^\d+\.features\.npy$/,
  views: /^\d+\.views\.npy$/,
  ids: /^\d+\.object_ids\.npy$/,
  images: /^\d+\.images(\.\d+)?\.ndjson$/,
  pairs: /pairs.*\.npy$/,
  matches: /match/,
  groups: /^groups\.\d+\.ndjson$/,
  thumbnails: /^thumbnails\.\d+\.log$/,
  manifest: /^index(\.copy)?\.json$/,
  unreadable: /unreadable/,
} as const;

export type FileKind = keyof typeof FILE_KINDS;

/** Files of the index by what they hold, the emptiest kinds with no file; `other` is what no kind is known for. */
export async function indexFiles(output: string): Promise<Map<FileKind | "other", string[]>> {
  const folder = indexOf(output);
  const found = new Map<FileKind | "other", string[]>();
  for (const kind of Object.keys(FILE_KINDS) as FileKind[]) found.set(kind, []);
  for (const file of await filesUnder(folder)) {
    const name = relative(folder, file);
    const kinds = Object.keys(FILE_KINDS) as FileKind[];
    const kind = kinds.find((known) => FILE_KINDS[known].test(basename(name)) || FILE_KINDS[known].test(name));
    found.set(kind ?? "other", [...(found.get(kind ?? "other") ?? []), file]);
  }
  return found;
}

/** What a run found or put on disk before it ended, however it ended. */
export interface WorkOnDisk {
  readonly rows: number;
  /** Pairs of vectors that were compared: an image has one for itself and one for each further view. */
  readonly pairs: number;
}

/** The parts of the manifest that tell of finished work: a shard without pairs was not compared yet. */
interface Manifest {
  readonly index: {
    readonly shards: readonly {
      readonly rows: number;
      readonly content: { readonly images: { readonly name: string } } | null;
      readonly pairs: unknown;
    }[];
  };
}

/** Nothing where there is no index yet. */
export async function workOnDisk(output: string): Promise<WorkOnDisk> {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(join(indexOf(output), MANIFEST), "utf8"));
  } catch {
    return { rows: 0, pairs: 0 };
  }
  let [rows, vectors, pairs] = [0, 0, 0];
  for (const shard of manifest.index.shards) {
    const own = shard.content ? await vectorsOf(join(indexOf(output), shard.content.images.name)) : 0;
    if (shard.pairs !== null) pairs += own * vectors + (own * (own - 1)) / 2;
    rows += shard.rows;
    vectors += own;
  }
  return { rows, pairs };
}

/** Vectors of the rows that a file with a line a row tells of. */
async function vectorsOf(file: string): Promise<number> {
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  return lines.reduce((sum, line) => sum + JSON.parse(line).vectors, 0);
}
