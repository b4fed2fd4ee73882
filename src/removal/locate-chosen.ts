import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type ImagePlaces, isWithin } from "#artifacts/image-places.ts";
import { orderedMap } from "#base/ordered-map.ts";
import { messageOf } from "#base/pipeline-error.ts";
import { quotedName } from "#terminal/quoted-name.ts";
import type { ChosenGroup, ChosenMember } from "./choose-removals.ts";
import type { ContentChecker } from "./content-checker.ts";
import { entryOf } from "./directory-entries.ts";
import { type FileFacts, factsAt } from "./file-facts.ts";
import { GoingFiles } from "./going-files.ts";
import type { Refusals } from "./refusals.ts";
import type { Leftover } from "./removal-plan.ts";

/** A file that is to go, as it lies on disk. */
export interface LocatedFile extends ChosenMember {
  /** Absolute; links of its folder are resolved. */
  readonly path: string;
  readonly facts: FileFacts;
  /** See `entryOf`. */
  readonly entry: string;
}

export interface LocatedGroup {
  readonly group: ChosenGroup;
  readonly files: readonly LocatedFile[];
}

export interface LocatedFiles {
  /** Those of which something is still there. */
  readonly groups: readonly LocatedGroup[];
  readonly going: GoingFiles;
  readonly gone: readonly Leftover[];
}

type Found =
  | LocatedFile
  | { readonly id: string; readonly path: string | undefined; readonly problem: string }
  | Leftover;

const GROUPS_AT_ONCE = 64;

/**
 * Finds the files that are to go, and reads them: each must be what was reported.
 *
 * @param refusals gets every file that is another, or that is not to be touched
 */
export async function locateChosen(
  chosen: readonly ChosenGroup[],
  tools: { readonly places: ImagePlaces; readonly checker: ContentChecker },
  refusals: Refusals,
): Promise<LocatedFiles> {
  const groups: LocatedGroup[] = [];
  const going = new GoingFiles();
  const gone: Leftover[] = [];
  const look = async (group: ChosenGroup) => {
    return { group, found: await Promise.all(group.chosen.map((member) => locate(member, tools))) };
  };
  for await (const { group, found } of orderedMap(chosen, GROUPS_AT_ONCE, look)) {
    const files: LocatedFile[] = [];
    for (const each of found) {
      if ("problem" in each) refusals.add(each.id, each.path, each.problem);
      else if ("reason" in each) gone.push(each);
      else {
        const other = going.at(each.entry);
        if (other !== undefined) {
          refusals.add(each.member.path, each.path, `is the same file as ${quotedName(other)}`);
          continue;
        }
        going.add(each.entry, each.facts, each.member.path);
        files.push(each);
      }
    }
    if (files.length > 0) groups.push({ group, files });
  }
  return { groups, going, gone };
}

async function locate(
  chosen: ChosenMember,
  { places, checker }: { readonly places: ImagePlaces; readonly checker: ContentChecker },
): Promise<Found> {
  const { path: id, sha256 } = chosen.member;
  const place = places.find(id);
  if (!place) return { id, path: undefined, problem: "is in no image folder of the latest run, or its path leaves it" };
  const refused = (problem: string, path = place.path) => ({ id, path, problem });
  try {
    const folder = await realpath(dirname(place.path));
    const path = join(folder, basename(place.path));
    const facts = await factsAt(path);
    if (!facts) return { id, path, reason: "is gone already" };
    if (!isWithin(folder, place.folder.path)) return refused("lies in a folder outside, to which a link leads", path);
    if (facts.kind === "other") return refused("is no regular file", path);
    if (sha256 === "") return refused("has no SHA-256 in the reports: they were made from features", path);
    const problem = await checker.problem(path, sha256);
    return problem === undefined ? { ...chosen, path, facts, entry: await entryOf(path) } : refused(problem, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { id, path: place.path, reason: "is gone already" };
    if (code === undefined) throw error;
    return refused(`cannot be looked at (${messageOf(error)})`);
  }
}
