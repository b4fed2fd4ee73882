import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { readReviewed } from "#calibration/read-reviewed.ts";
import { recommendedReviewed, reviewedRates } from "#calibration/reviewed-rates.ts";
import { describeReviewed } from "#calibration/reviewed-report.ts";
import { ThresholdGrid } from "#calibration/threshold-grid.ts";
import { wilsonInterval } from "#calibration/wilson.ts";
import { connectedComponents } from "#clusters/connected-components.ts";
import { csvFiles } from "#reports/csv.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const grid = new ThresholdGrid(2);

/** Reviewed pairs that are the more often right the nearer they are. */
function madeReviews(count: number, seed: number) {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => {
    const distance = random.between(0, 0.8);
    return { distance, isRight: random.between(0, 1) > distance ** 4 };
  });
}

test("precision at each threshold is counted pair by pair, with Wilson's interval", () => {
  const reviewed = madeReviews(400, 1);
  const rates = reviewedRates(reviewed, undefined, grid);
  for (const { cell, ...rate } of rates) {
    const within = reviewed.filter(({ distance }) => distance <= grid.at(cell));
    const right = within.filter(({ isRight }) => isRight).length;
    expect(rate).toMatchObject({ reviewed: within.length, right, rows: undefined });
    expect(rate.interval).toEqual(wilsonInterval(right, within.length));
  }
  const { surely, byShare } = recommendedReviewed(rates, 0.95);
  const reaching = rates.filter(({ reviewed: count, interval }) => count > 0 && interval.low >= 0.95);
  expect(surely).toBe(reaching.at(-1));
  expect(byShare?.cell).toBeGreaterThanOrEqual(surely?.cell as number);
});

test("rows to review are the members of connected components, and not known beyond the run's threshold", () => {
  const random = new SeededRandom(2);
  const drawn = Array.from({ length: 120 }, () =>
    [random.integer(0, 150), random.integer(0, 150)].sort((a, b) => a - b),
  );
  const pairs = drawn
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => ({ a: String(a), b: String(b), distance: random.between(0, 0.5) }));
  const rates = reviewedRates(madeReviews(50, 3), { pairs, threshold: 0.5 }, grid);
  for (const { cell, rows } of rates) {
    const within = pairs.filter(({ distance }) => distance <= grid.at(cell));
    const list = {
      left: Uint32Array.from(within, ({ a }) => Number(a)),
      right: Uint32Array.from(within, ({ b }) => Number(b)),
      distance: Float64Array.from(within, ({ distance }) => distance),
      count: within.length,
    };
    const inGroups = connectedComponents(150, list, (a, b) => a - b).flatMap((group) => group.rows);
    expect(rows).toBe(cell <= 50 ? inGroups.length : undefined);
  }
});

test("a hundred reviews, all right, do not prove a precision of 0.99, and that is said", () => {
  const reviewed = madeReviews(100, 4).map(({ distance }) => ({ distance, isRight: true }));
  const rates = reviewedRates(reviewed, undefined, grid);
  const text = describeReviewed({ rates, precision: 0.99, runThreshold: undefined, grid }).replaceAll("\n", " ");
  expect(text).toMatch(/100 reviews cannot prove it, even if all were right: at least 381 are needed/);
  expect(text).toMatch(/by their share alone, 100 of 100, it would be/);
  expect(recommendedReviewed(rates, 0.95).surely).toBe(rates.at(-1));
});

async function fileOf(content: string): Promise<string> {
  const file = join(await temporaryFolder(), "reviewed.csv");
  await writeFile(file, content);
  return file;
}

test("decisions are read from groups.csv as it is written: with BOM, quotes, harmless cells and keepers", async () => {
  const columns = ["group_id", "path", "keep_path", "distance_to_keep", "decision", "note"];
  const rows = [
    ["g", "=keeper, one.png", "=keeper, one.png", 0, "keep", ""],
    ["g", 'quo"te.png', "=keeper, one.png", 0.25, "drop", "seen\r\ntwice"],
    ["g", "b.png", "=keeper, one.png", 0.5, "not-duplicate", ""],
    ["g", "c.png", "=keeper, one.png", 0.3, "", ""],
    ["g", "d.png", "=keeper, one.png", 0.3, "keep", ""],
    ["g", "e.png", "=keeper, one.png", 0.125, " drop ", ""],
  ];
  let content = "";
  for (const chunks of csvFiles({ columns, rows })) content += [...chunks].join("");
  expect(content.startsWith("\ufeff")).toBe(true);
  expect(await readReviewed(await fileOf(content))).toEqual([
    { distance: 0.25, isRight: true },
    { distance: 0.5, isRight: false },
    { distance: 0.125, isRight: true },
  ]);
});

test("decisions are read from a table of pairs", async () => {
  const pairs =
    "path_a,path_b,distance,match,decision\na,b,0.1,copy,drop\na,c,0.2,similar,not-duplicate\nb,c,0.3,copy,\n";
  expect(await readReviewed(await fileOf(pairs))).toEqual([
    { distance: 0.1, isRight: true },
    { distance: 0.2, isRight: false },
  ]);
});

test("decisions are read from what a spreadsheet saved: semicolons, decimal commas, UTF-16 and columns elsewhere", async () => {
  const content =
    "\ufeffnote;decision;distance_to_keep;keep_path;path\r\n;drop;0,25;a.png;b.png\r\n;not-duplicate;0,5;a.png;c.png\r\n";
  const file = join(await temporaryFolder(), "reviewed.csv");
  await writeFile(file, content, "utf16le");
  expect(await readReviewed(file)).toEqual([
    { distance: 0.25, isRight: true },
    { distance: 0.5, isRight: false },
  ]);
});

test("a file that holds no decisions is refused with what was found and expected", async () => {
  await expect(readReviewed(await fileOf("left,right\na,b\n"))).rejects.toThrow(
    /reviewed\.csv": found the columns left,right, expected those of a reviewed groups\.csv \(path,keep_path,distance_to_keep,decision\) or of pairs \(path_a,path_b,distance,decision\)/,
  );
  await expect(readReviewed(await fileOf("path_a,path_b,distance,decision\na,b,0.1,\n"))).rejects.toThrow(
    /found no reviewed pair, expected rows whose decision is drop .* or not-duplicate/,
  );
  await expect(readReviewed(await fileOf("path_a,path_b,distance,decision\na,b,near,drop\n"))).rejects.toThrow(
    /found the distance "near" of "a", expected a number from 0 on/,
  );
  await expect(readReviewed(join(await temporaryFolder(), "missing.csv"))).rejects.toThrow(
    /Cannot read ".*missing\.csv": ENOENT/,
  );
  await expect(readReviewed(await fileOf(""))).rejects.toThrow(/found the columns , expected/);
});
