import { realpath } from "node:fs/promises";
import { type ImagePlaces, isWithin } from "#artifacts/image-places.ts";
import type { MemberRecord } from "#data/report-records.ts";
import { quotedName } from "#terminal/quoted-name.ts";
import type { ContentChecker } from "./content-checker.ts";
import { entriesNeeded } from "./directory-entries.ts";
import { factsAt } from "./file-facts.ts";
import type { GoingFiles } from "./going-files.ts";
import type { StayingFile } from "./removal-plan.ts";

/** A member that stays, or why it cannot be counted on. */
export type StayingCheck = StayingFile | { readonly problem: string };

/** Tells whether the members that stay are there, whole, and still there once others are gone. */
export class StayingFiles {
  readonly #places: ImagePlaces;
  readonly #checker: ContentChecker;
  readonly #going: GoingFiles;

  constructor(places: ImagePlaces, checker: ContentChecker, going: GoingFiles) {
    this.#places = places;
    this.#checker = checker;
    this.#going = going;
  }

  async check({ path: id, sha256 }: MemberRecord): Promise<StayingCheck> {
    const place = this.#places.find(id);
    if (!place) return { problem: "is in no image folder of the latest run" };
    try {
      const [through] = (await entriesNeeded(place.path)).flatMap((entry) => this.#going.at(entry) ?? []);
      const path = await realpath(place.path);
      const facts = await factsAt(path);
      const going = through ?? (facts && this.#going.lastNameOf(facts));
      if (going !== undefined) return { problem: `is the same file as ${quotedName(going)}, which goes` };
      if (facts?.kind !== "file") return { problem: facts ? "is no regular file" : "is gone" };
      const problem = await this.#checker.problem(path, sha256);
      return problem === undefined ? { id, path, sha256, facts } : { problem };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return { problem: code === "ENOENT" || code === "ENOTDIR" ? "is gone" : `cannot be looked at (${code})` };
    }
  }

  /** False for a file outside, to which a link leads. */
  isOfImageFolder({ path }: StayingFile): boolean {
    return this.#places.folders.some((folder) => isWithin(path, folder.path));
  }

  /** Where files of some bytes that stay should lie; they are not looked at. */
  pathsOf(members: readonly MemberRecord[], sha256: string): string[] {
    const equal = members.filter((member) => member.sha256 === sha256);
    return equal.slice(0, MOST_EQUALS).flatMap(({ path }) => this.#places.find(path)?.path ?? []);
  }
}

/** More would make the journal of a folder of reposts grow with their square. */
const MOST_EQUALS = 5;
