import { chmod, mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeTable } from "#artifacts/report-files.ts";
import type { StoredGroup } from "#artifacts/stored-groups.ts";
import { sha256 } from "#base/fingerprint.ts";
import { jsonRecords } from "#base/json-records.ts";
import type { CandidateRecord, MemberRecord } from "#data/report-records.ts";
import { writeFiles } from "./pictures.ts";

/** A member of a hand-made group: where it lies, what is in it, and what is not as it usually is. */
type MadeMember = { readonly path: string; readonly content: string } & Partial<MemberRecord>;

export interface MadeReports {
  readonly root: string;
  /** The image folders, by their names. */
  readonly folders: Readonly<Record<string, string>>;
  /** The first of them. */
  readonly images: string;
  readonly output: string;
}

export interface ReportsToMake {
  /** The keeper of each group first. */
  readonly groups: readonly (readonly MadeMember[])[];
  /** Files that are in no group, by id; they are candidates. */
  readonly others?: Readonly<Record<string, string>>;
  /** Names of the image folders; those that begin with `reference` hold references. With more than one, ids begin with their names. */
  readonly folders?: readonly string[];
}

/** Writes files of any content under a folder, with the reports that a run would have made of them; in a tenth of the time of a run. */
export async function writeReports(
  top: string,
  { groups, others = {}, folders = ["images"] }: ReportsToMake,
): Promise<MadeReports> {
  const members = groups.flat();
  const contents = { ...others, ...Object.fromEntries(members.map(({ path, content }) => [path, content])) };
  const parent = folders.length > 1 ? top : join(top, folders[0]);
  for (const name of folders) await mkdir(join(top, name), { recursive: true });
  await writeFiles(parent, contents);
  for (const [i, id] of Object.keys(contents).entries()) await ageFile(join(parent, id), i);
  const output = join(top, "output");
  await mkdir(join(output, "reports"), { recursive: true });
  const records = groups.map((group, i) => ({
    group_id: `g${i + 1}`,
    members: group.map((each) => stored(each, group)),
  }));
  const document = [...jsonRecords({ schema: "twinsift/groups@1" }, "groups", records)].join("");
  await writeFile(join(output, "reports", "groups.json"), document);
  const candidates = Object.entries(others).map(([path, content], i) => candidate(path, content, i + 1));
  const ranked = [...jsonRecords({ schema: "twinsift/candidates@1" }, "candidates", candidates)].join("");
  await writeFile(join(output, "reports", "candidates.json"), ranked);
  await writeFile(join(output, "reports", "run.json"), JSON.stringify({ folders: folders.map(folderRecord) }));
  return {
    root: top,
    folders: Object.fromEntries(folders.map((name) => [name, join(top, name)])),
    images: join(top, folders[0]),
    output,
  };

  function folderRecord(name: string) {
    return { path: join(top, name), prefix: folders.length > 1 ? `${name}/` : "", reference: /^reference/.test(name) };
  }
}

/** A time and permissions of its own for each file, so that what does not come back is seen. */
async function ageFile(path: string, number: number): Promise<void> {
  const seconds = 1_600_000_000 + number * 86_400.123456;
  // one in four keeps the time that the system gave it, which has nanoseconds
  if (number % 4 !== 2) await utimes(path, seconds, seconds);
  await chmod(path, [0o644, 0o600, 0o664, 0o444][number % 4]);
}

function stored(member: MadeMember, group: readonly MadeMember[]): MemberRecord {
  const { path, content, ...given } = member;
  const keeper = group[0];
  const isKeeper = member === keeper;
  const match = content === keeper.content ? "same-bytes" : "copy";
  return {
    ...{ role: isKeeper ? "keeper" : "duplicate", path, keep_path: keeper.path },
    ...{ distance_to_keep: isKeeper ? 0 : 0.125, nearest_path: keeper.path, nearest_distance: 0.125 },
    ...{ match: isKeeper ? "" : match, link: isKeeper ? "" : "direct", width: 8, height: 8 },
    ...{ bytes: Buffer.byteLength(content), sha256: sha256(content), decision: "", note: "" },
    ...given,
  };
}

function candidate(path: string, content: string, rank: number): CandidateRecord {
  return {
    ...{ rank, path, nearest_labeled_path: null, nearest_labeled_distance: null, width: 8, height: 8 },
    ...{ nearest_chosen_path: null, nearest_chosen_distance: null, coverage_radius: 1 },
    ...{ bytes: Buffer.byteLength(content), sha256: sha256(content), decision: "", note: "" },
  };
}

/** Writes a reviewed file: what was decided on each image, by id. */
export async function writeReviewed(
  { root, output }: MadeReports,
  decisions: Readonly<Record<string, string>>,
  name = "reviewed",
): Promise<string> {
  const read = async (name: string) =>
    JSON.parse(await readFile(join(output, "reports", `${name}.json`), "utf8"))[name];
  const groups: StoredGroup[] = await read("groups");
  const candidates: CandidateRecord[] = await read("candidates");
  const rows = Object.entries(decisions).map(([path, decision]) => {
    const group = groups.find(({ members }) => members.some((member) => member.path === path));
    const image = [...(group?.members ?? []), ...candidates].find((each) => each.path === path);
    const keeper = image && "keep_path" in image ? image.keep_path : "";
    return [group?.group_id ?? "", path, image?.sha256 ?? "", keeper, decision, ""];
  });
  const columns = ["group_id", "path", "sha256", "keep_path", "decision", "note"];
  await writeTable(root, name, { columns, rows });
  return join(root, `${name}.csv`);
}
