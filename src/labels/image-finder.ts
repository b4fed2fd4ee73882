import { sep } from "node:path";
import type { LabelClaim } from "#labels/label-set.ts";
import { pathsNamed } from "#labels/path-names.ts";
import { SuffixIndex, type SuffixMatch } from "#labels/suffix-index.ts";

/** An image folder of the run. */
export interface ImagePlace {
  /** Absolute. */
  readonly path: string;
  /** What stands in front of the ids of its images. */
  readonly prefix: string;
}

/** The image that a label file means by a name. */
export interface FoundImage {
  readonly row: number;
  /** How surely: parts of the path that are as the name says; infinite where the name says it all. */
  readonly parts: number;
  /** The name as it was understood. */
  readonly name: string;
}

/**
 * Finds images by the names that tools have for them. In this order: the object id that an export of ours gave along; the name as an
 * object id; a path in an image folder of the run; the image that shares the longest end of whole path parts with the name.
 */
export class ImageFinder {
  readonly #ids: readonly string[];
  readonly #folders: readonly ImagePlace[];
  readonly #whole: Names;
  #stems: Names | undefined;

  constructor(ids: readonly string[], folders: readonly ImagePlace[]) {
    this.#ids = ids;
    this.#whole = new Names(ids);
    this.#folders = folders.map(({ path, prefix }) => {
      const slashed = path.replaceAll(sep, "/");
      return { path: slashed.endsWith("/") ? slashed : `${slashed}/`, prefix };
    });
  }

  /** @returns undefined where no image fits, `several` where none fits best */
  find({ name, nameIs, objectId }: LabelClaim): FoundImage | "several" | undefined {
    const carried = objectId === undefined ? undefined : this.#whole.rowOf.get(objectId);
    if (carried !== undefined) return sure(carried, name);
    if (nameIs === "object-id") {
      const row = this.#whole.rowOf.get(name);
      return row === undefined ? undefined : sure(row, name);
    }
    if (nameIs === "path") return this.#byPath(name, this.#whole);
    this.#stems ??= new Names(this.#ids.map(withoutExtension));
    return this.#byPath(name, this.#stems);
  }

  #byPath(name: string, names: Names): FoundImage | "several" | undefined {
    const known = names.rowOf.get(name);
    if (known !== undefined) return sure(known, name);
    let several = false;
    for (const path of pathsNamed(name)) {
      const inFolder = this.#idsOf(path);
      const match = inFolder.length > 0 ? exactly(names, inFolder) : closest(names, path);
      if (match === "several") several = true;
      else if (match) return { ...match, name: path };
    }
    return several ? "several" : undefined;
  }

  /** A path in an image folder can only mean the image that lies there. */
  #idsOf(path: string): string[] {
    const holding = this.#folders.filter((folder) => path.startsWith(folder.path));
    return holding.map((folder) => folder.prefix + path.slice(folder.path.length));
  }
}

/** Ids of a run's images, or what they are without extension. */
class Names {
  /** Several rows are -1. */
  readonly rowOf = new Map<string, number>();
  readonly #names: readonly string[];
  #bySuffix: SuffixIndex | undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
    for (const [row, name] of names.entries()) this.rowOf.set(name, this.rowOf.has(name) ? -1 : row);
  }

  /** Only made where names ask for it. */
  get bySuffix(): SuffixIndex {
    this.#bySuffix ??= new SuffixIndex(this.#names);
    return this.#bySuffix;
  }
}

function exactly({ rowOf }: Names, ids: readonly string[]): SuffixMatch {
  const row = ids.map((id) => rowOf.get(id)).find((found) => found !== undefined);
  if (row === undefined) return undefined;
  return row < 0 ? "several" : { row, parts: Number.POSITIVE_INFINITY };
}

function closest(names: Names, path: string): SuffixMatch {
  return exactly(names, [path]) ?? names.bySuffix.find(path);
}

function sure(row: number, name: string): FoundImage | "several" {
  return row < 0 ? "several" : { row, parts: Number.POSITIVE_INFINITY, name };
}

function withoutExtension(id: string): string {
  return id.replace(/([^/])\.[^./]*$/, "$1");
}
