import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { couldBecome, DATES, sketchesOf } from "#review/could-become.ts";
import { CELL_CHANGES } from "./mangle-cells.ts";

test.each([
  ["007", "7"],
  ["1e5", "100000"],
  ["1e5", "1E+05"],
  ["1e5", "1.00E+05"],
  ["12345678901234567890", "1.23457E+19"],
  ["12345678901234567890", "12345678901234500000"],
  ["3.50", "3.5"],
  ["3.5", "3,5"],
  ["50%", "0.5"],
  ["3/4", "4-Mar"],
  ["3/4", "03. Apr"],
  ["3/4", "4. März"],
  ["3/4", "2026-03-04"],
  ["3/4", "46085"],
  ["2024-01-02", "1/2/2024"],
  ["12:30", "1899-12-31 12:30:00"],
  ["12:30", "PT12H30M00S"],
  ["true", "TRUE"],
  ["a\r\nb", "a\nb"],
  ["=x", "'=x"],
  ["'=x", "=x"],
  [" a ", "a"],
  ["e\u0301", "\u00e9"],
  ["中文/a.png", "??/a.png"],
  ["e\u0301.png", "e?.png"],
  ["grün.png", "grÃ¼n.png"],
  ["€.png", "â‚¬.png"],
  ["a\u0001b", "ab"],
])("%j may have become %j", (path, cell) => {
  expect(couldBecome(path, cell, true)).toBe(true);
});

test.each([
  ["007", "8"],
  ["1000001", "1000002"],
  ["12345", "1.2E+05"],
  ["3/4", "5-Mar"],
  ["3/4", "7"],
  ["3/4", "photos/4/a.jpg"],
  ["7", "007"],
  ["a.png", "b.png"],
  ["img 5", "pic 5"],
  ["A.png", "a.png"],
  ["grün.png", "grun.png"],
  ["a.png", "?.png"],
])("%j cannot have become %j", (path, cell) => {
  expect(couldBecome(path, cell, true)).toBe(false);
});

test("in an encoding that was guessed, letters that are not ASCII tell nothing", () => {
  expect(couldBecome("grün.png", "gršn.png", false)).toBe(true);
  expect(couldBecome("grün.png", "gršn.png", true)).toBe(false);
  expect(couldBecome("grün.png", "blaš.png", false)).toBe(false);
});

test("sketches find an id by whatever became of it", () => {
  const random = new SeededRandom(3);
  const pieces = [
    "007",
    "1e5",
    "3/4",
    "12:30",
    "a",
    "B",
    "é",
    "中",
    "?",
    "'",
    "=",
    ".",
    " ",
    "\r\n",
    "2024-01-02",
    "9",
    "%",
  ];
  const changes = Object.values(CELL_CHANGES);
  let changed = 0;
  for (let trial = 0; trial < 5000; trial++) {
    const path = Array.from({ length: random.integer(1, 4) }, () => random.pick(pieces)).join("");
    const cell = random.pick(changes)(path, random);
    if (!couldBecome(path, cell, true)) continue;
    if (cell !== path) changed++;
    const isFound = sketchesOf(path).some((sketch) => sketch === DATES || sketchesOf(cell).includes(sketch));
    expect(isFound, JSON.stringify([path, cell])).toBe(true);
  }
  expect(changed).toBeGreaterThan(300);
});
