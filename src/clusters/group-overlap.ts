import type { ImageRecord } from "#data/image-record.ts";
import type { KnownGroup } from "#data/known-group.ts";

/** A group of this run: images, the keeper first. */
export type GroupImages = readonly Pick<ImageRecord, "id" | "sha256">[];

/** Where images of an earlier group are now. */
export interface EarlierGroup {
  readonly known: KnownGroup;
  /** How many of its images each group of this run has; by the number of the group. */
  readonly shared: ReadonlyMap<number, number>;
  /** The group of this run in which its keeper is; undefined where in none. */
  readonly keeperIn: number | undefined;
  /** Images that are in no group now, by their earlier path. */
  readonly left: readonly string[];
}

/** How the groups of two runs overlap. */
export interface GroupOverlap {
  readonly earlier: readonly EarlierGroup[];
  /** Images of each group of this run that no earlier group had, by id. */
  readonly came: readonly (readonly string[])[];
}

/**
 * Finds the images of earlier groups in those of this run. An image is the same while its content is: under its path, or else under another
 * one that no earlier image of that content had.
 */
export function overlapOf(groups: readonly GroupImages[], known: readonly KnownGroup[]): GroupOverlap {
  const places = new Places(groups);
  const taken = new Set<string>();
  const here = known.map(({ paths, sha256s }) =>
    paths.map((path, i) => {
      const place = places.of(path, sha256s[i]);
      if (place !== undefined) taken.add(path);
      return place;
    }),
  );
  const earlier = known.map((group, g): EarlierGroup => {
    const shared = new Map<number, number>();
    const left: string[] = [];
    const find = (path: string, i: number) => here[g][i] ?? places.moved(path, group.sha256s[i], taken);
    const found = group.paths.map(find);
    for (const [i, place] of found.entries()) {
      if (place === undefined) left.push(group.paths[i]);
      else shared.set(place, (shared.get(place) ?? 0) + 1);
    }
    return { known: group, shared, keeperIn: found[0], left };
  });
  const came = groups.map((images) => images.filter(({ id }) => !taken.has(id)).map(({ id }) => id));
  return { earlier, came };
}

/** In which group an image of this run is. */
class Places {
  readonly #ofPath = new Map<string, { group: number; sha256: string }>();
  readonly #pathsOf = new Map<string, string[]>();

  constructor(groups: readonly GroupImages[]) {
    for (const [group, images] of groups.entries()) {
      for (const { id, sha256 } of images) {
        this.#ofPath.set(id, { group, sha256 });
        const paths = this.#pathsOf.get(sha256);
        if (paths) paths.push(id);
        else this.#pathsOf.set(sha256, [id]);
      }
    }
  }

  of(path: string, sha256: string): number | undefined {
    const place = this.#ofPath.get(path);
    return place?.sha256 === sha256 ? place.group : undefined;
  }

  /** @param taken paths that are an earlier image's already; one that is found becomes so */
  moved(path: string, sha256: string, taken: Set<string>): number | undefined {
    if (sha256 === "" || this.#ofPath.get(path)?.sha256 === sha256) return undefined;
    const found = this.#pathsOf.get(sha256)?.find((other) => !taken.has(other));
    if (found === undefined) return undefined;
    taken.add(found);
    return this.#ofPath.get(found)?.group;
  }
}
