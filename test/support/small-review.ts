import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StoredGroup } from "#artifacts/stored-groups.ts";
import type { MemberRecord } from "#data/report-records.ts";
import { toCell } from "#data/spreadsheet-cell.ts";
import { type ReviewedFile, readReviewed } from "#review/read-reviewed.ts";
import { type KnownImage, reportedImages } from "#review/reported-images.ts";
import { writeReports } from "./made-review.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export function hashOf(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Members by name and content; the first is the keeper, 0.25 from all whose content is another. */
export function madeGroup(id: string, members: readonly (readonly [path: string, content: string])[]): StoredGroup {
  const [keepPath, kept] = members[0];
  return {
    group_id: id,
    members: members.map(([path, content], i): MemberRecord => {
      const distance = content === kept ? 0 : 0.25;
      return {
        role: i === 0 ? "keeper" : path.startsWith("ref/") ? "reference" : "duplicate",
        path,
        keep_path: keepPath,
        distance_to_keep: distance,
        nearest_path: keepPath,
        nearest_distance: distance,
        match: i === 0 ? "" : distance === 0 ? "same-bytes" : "copy",
        link: i === 0 ? "" : "direct",
        width: 640,
        height: 480,
        bytes: 1000 + content.length,
        sha256: hashOf(content),
        decision: "",
        note: "",
      };
    }),
  };
}

export const GROUPS = [
  madeGroup("g-1", [
    ["a.jpg", "A"],
    ["b.jpg", "B"],
    ["twin/b.jpg", "B"],
    ["ref/c.jpg", "C"],
    ["=d()", "D"],
  ]),
  madeGroup("g-2", [
    ["007", "seven"],
    ["7", "seven"],
    ["1e5", "E"],
  ]),
];
export const CANDIDATES = [
  { rank: 1, path: "007", width: 640, height: 480, bytes: 1005, sha256: hashOf("seven") },
  { rank: 2, path: "0012", width: 100, height: 90, bytes: 77, sha256: hashOf("lone") },
].map((facts) => ({
  ...facts,
  nearest_labeled_path: null,
  nearest_labeled_distance: null,
  nearest_chosen_path: null,
  nearest_chosen_distance: null,
  coverage_radius: 1,
  decision: "" as const,
  note: "",
}));

type Row = Readonly<Record<string, string | number | null>>;

/** A row of groups.csv for an image of GROUPS, with what a test changes. */
export function rowOf(path: string, changes: Row = {}): Row {
  for (const { group_id, members } of GROUPS) {
    const member = members.find((one) => one.path === path);
    if (member) return { ...member, group_id, path: toCell(path), keep_path: toCell(member.keep_path), ...changes };
  }
  throw new Error(`Expected an image of the groups, found ${path}`);
}

const GROUP_COLUMNS = "group_id,role,path,keep_path,distance_to_keep,nearest_distance,sha256,decision,note".split(",");
export const EXPORT_COLUMNS = "group_id,path,sha256,keep_path,decision,note".split(",");
export const CANDIDATE_COLUMNS = "rank,path,width,height,bytes,decision,note".split(",");

/** Reads a file of these rows, when the latest run reported GROUPS and CANDIDATES. */
export async function review(
  rows: readonly Row[],
  { columns = GROUP_COLUMNS, groups = GROUPS, known = [] as readonly KnownImage[] } = {},
): Promise<ReviewedFile> {
  const folder = await temporaryFolder();
  await writeReports(folder, { groups, candidates: CANDIDATES });
  const quoted = (cell: string | number | null = "") => `"${String(cell ?? "").replaceAll('"', '""')}"`;
  const lines = [columns.join(","), ...rows.map((row) => columns.map((column) => quoted(row[column])).join(","))];
  await writeFile(join(folder, "reviewed.csv"), `${lines.join("\r\n")}\r\n`);
  return readReviewed(join(folder, "reviewed.csv"), await reportedImages(folder, known));
}

/** `path decision keeper` of each row. */
export async function said(...args: Parameters<typeof review>): Promise<string[]> {
  const { rows } = await review(...args);
  return rows.map(({ image, decision, isWithdrawn, keeper }) =>
    [image.path, isWithdrawn ? "withdrawn" : decision || "nothing", keeper?.path ?? "-"].join(" "),
  );
}
