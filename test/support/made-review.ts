import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StoredGroup } from "#artifacts/stored-groups.ts";
import { jsonRecords } from "#base/json-records.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import type { CandidateRecord, MemberRecord } from "#data/report-records.ts";
import { toCell } from "#data/spreadsheet-cell.ts";
import type { Table } from "#data/table.ts";

/** Names of byte-equal images that spreadsheets make alike. */
export const TWINS: readonly (readonly string[])[] = [
  ["007", "7"],
  ["1e5", "100000"],
  ["a\r\nb.png", "a\nb.png"],
  ["\u00e9.jpg", "e\u0301.jpg"],
  ["'=x", "=x"],
  ["中文/图.jpg", "日本/図.jpg"],
  ["3/4", "4.3"],
  [" lead.png", "lead.png"],
  ["true", "TRUE"],
  ["12345678901234567890", "12345678901234500000"],
];
/** Byte-equal too, but not alike. */
const COPIES = ["copies/a.jpg", "copies/b.jpg", "copies/c.jpg"];
/** Names that are hard alone. */
const HARD = [
  ["=cmd()", "+1", "-2", "@x", "=1+1"],
  ["😀 a.png", 'quo"te.png', "new\nline.png", "lone\rreturn.png", "tab\tx.png"],
  ["00012", "1e7", "2e05", "3.50", "9007199254740993"],
  ["5/6", "2024-01-02", "12:30", "may 5", "1-2-03"],
  ["grün/straße.jpg", "ç,ü;ö.png", "a\u2028b.png", "\u0001ctrl.png", "_x000D_.png"],
  ["<script>.png", "' quoted '.png", "50%", "1,5", "false"],
];

const MATCHES = ["same-bytes", "same-pixels", "copy", "similar"] as const;

export interface MadeReview {
  readonly groups: readonly StoredGroup[];
  readonly candidates: readonly CandidateRecord[];
}

/**
 * Groups and candidates whose names are hard for spreadsheets; hashes are as those of real files.
 *
 * @param hasTwins whether byte-equal images are among them whose names spreadsheets make alike
 */
export function madeReview(seed: number, hasTwins = true): MadeReview {
  const random = new SeededRandom(seed);
  const plain = Array.from({ length: 8 }, (_, i) => [
    `photos/${i}/a.jpg`,
    `photos/${i}/b c.jpg`,
    `photos/${i}/ref.png`,
  ]);
  const families = [...(hasTwins ? TWINS : []), COPIES].map((names) => ({ names, isSame: true }));
  if (!hasTwins) families.push(...TWINS.map((names) => ({ names, isSame: false })));
  for (const names of [...HARD, ...plain]) families.push({ names, isSame: false });
  const groups = families.map(({ names, isSame }) => madeGroup(names, isSame, random));
  const keepers = groups.map(({ members }) => members[0]);
  const candidates = keepers.map((keeper, i): CandidateRecord => {
    const { path, width, height, bytes, sha256 } = keeper;
    const nearest_chosen_path = i === 0 ? null : keepers[i - 1].path;
    const labeled = { nearest_labeled_path: null, nearest_labeled_distance: null };
    const nearest = {
      ...labeled,
      nearest_chosen_path,
      nearest_chosen_distance: i === 0 ? null : 1,
      coverage_radius: 1,
    };
    return { rank: i + 1, path, ...nearest, width, height, bytes, sha256, ...UNDECIDED };
  });
  return { groups, candidates };
}

const UNDECIDED = { decision: "", note: "" } as const;

function madeGroup(names: readonly string[], isSame: boolean, random: SeededRandom): StoredGroup {
  const shared = { sha256: madeHash(names[0]), bytes: random.integer(1000, 900_000), width: 640 };
  const members = names.map((path): MemberRecord => {
    const own = { sha256: madeHash(path), bytes: random.integer(1000, 900_000), width: random.integer(100, 4000) };
    const distance = isSame ? 0 : random.between(0.05, 0.6);
    return {
      role: path.endsWith("ref.png") ? "reference" : "duplicate",
      path,
      keep_path: names[0],
      distance_to_keep: distance,
      nearest_path: names[0],
      nearest_distance: distance,
      match: isSame ? "same-bytes" : random.pick(MATCHES.slice(1)),
      link: "direct",
      height: 480,
      ...(isSame ? shared : own),
      ...UNDECIDED,
    };
  });
  const ofKeeper = { role: "keeper", distance_to_keep: 0, nearest_path: names[1], match: "", link: "" } as const;
  members[0] = { ...members[0], ...ofKeeper };
  return { group_id: `g-${madeHash(`group ${names[0]}`).slice(0, 12)}`, members };
}

function madeHash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Writes groups.json and candidates.json as the pipeline does. */
export async function writeReports(folder: string, { groups, candidates }: MadeReview): Promise<void> {
  await mkdir(folder, { recursive: true });
  const documents = { groups, candidates };
  for (const [name, records] of Object.entries(documents)) {
    const text = [...jsonRecords({ schema: `twinsift/${name}@1` }, name, records)].join("");
    await writeFile(join(folder, `${name}.json`), text);
  }
}

const GROUP_COLUMNS = (
  "group_id group_size role path keep_path distance_to_keep nearest_path nearest_distance match link " +
  "label suggested_label split width height bytes sha256 decision note"
).split(" ");

/** groups.csv of the groups, with decisions and notes by path. */
export function groupsTableOf(
  groups: readonly StoredGroup[],
  said: ReadonlyMap<string, { decision: string; note: string }>,
): Table {
  const rows = groups.flatMap(({ group_id, members }) =>
    members.map((member) => {
      const facts: Record<string, unknown> = {
        ...member,
        group_id,
        group_size: members.length,
        ...said.get(member.path),
      };
      return GROUP_COLUMNS.map((column) => (facts[column] ?? "") as string | number);
    }),
  );
  return { columns: GROUP_COLUMNS, rows };
}

const CANDIDATE_COLUMNS = (
  "rank path nearest_labeled_path nearest_labeled_distance nearest_chosen_path nearest_chosen_distance " +
  "coverage_radius group_id group_size width height bytes decision note"
).split(" ");

/** candidates.csv of the candidates, with decisions and notes by path. */
export function candidatesTableOf(
  candidates: readonly CandidateRecord[],
  said: ReadonlyMap<string, { decision: string; note: string }>,
): Table {
  const rows = candidates.map((candidate) => {
    const facts: Record<string, unknown> = { ...candidate, ...said.get(candidate.path) };
    return CANDIDATE_COLUMNS.map((column) => (facts[column] ?? "") as string | number);
  });
  return { columns: CANDIDATE_COLUMNS, rows };
}

/** The cells of a table as a CSV report has them. */
export function cellsOf({ columns, rows }: Table): string[][] {
  const lines = [...rows].map((cells) =>
    cells.map((cell) => (typeof cell === "string" ? toCell(cell) : cell === undefined ? "" : String(cell))),
  );
  return [[...columns], ...lines];
}
