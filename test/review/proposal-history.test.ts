import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Fate, ProposalHistory } from "#review/proposal-history.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const HARD_NAMES = ["=cmd()|x", 'quo"te,comma', "new\nline", "cr\rlf", "007", "1e5", "😀 ", " leading", "a;b"];
const images = HARD_NAMES.map((path, i) => ({ path, sha256: String(i).repeat(64) }));
const gone = (): Fate => ({ status: "gone", label: "" });

test("a history holds what was proposed, in whatever names, and keeps the day on which that was first", async () => {
  const file = join(await temporaryFolder(), "history.csv");
  const first = await ProposalHistory.read(file);
  first.update(images, gone, "day 1");
  await first.write();
  const written = await readFile(file, "utf8");

  const second = await ProposalHistory.read(file);
  second.update(images, gone, "day 2");
  await second.write();
  expect(await readFile(file, "utf8")).toBe(written);

  const third = await ProposalHistory.read(file);
  third.update(images.slice(1), () => ({ status: "labeled", label: "=1+1" }), "day 3");
  await third.write();
  const lines = (await readFile(file, "utf8")).split("\r\n");
  expect(lines[1]).toMatch(/,day 1,1,labeled,day 3,/);
  expect(lines[2]).toMatch(/^"quo""te,comma",1{64},day 1,1,proposed,,$/);

  const fourth = await ProposalHistory.read(file);
  fourth.update(images, gone, "day 4");
  await fourth.write();
  expect(await readFile(file, "utf8")).toBe(written);
});

test("what was withdrawn is followed on: it may get a label, or be proposed again", async () => {
  const file = join(await temporaryFolder(), "history.csv");
  const nights: [typeof images, Fate][] = [
    [images.slice(0, 2), { status: "gone", label: "" }],
    [[], { status: "withdrawn", label: "" }],
    [[], { status: "withdrawn", label: "" }],
    [images.slice(0, 1), { status: "labeled", label: "cat" }],
    [[], { status: "gone", label: "" }],
  ];
  for (const [i, [proposed, fate]] of nights.entries()) {
    const history = await ProposalHistory.read(file);
    history.update(proposed, () => fate, `day ${i}`);
    await history.write();
  }
  const lines = (await readFile(file, "utf8")).split("\r\n").slice(1, 3);
  expect(lines[0]).toMatch(/,day 0,1,gone,day 4,$/);
  expect(lines[1]).toMatch(/,day 0,2,labeled,day 3,cat$/);
});

test("what is no history is refused with its line's content and what to do", async () => {
  const file = join(await temporaryFolder(), "history.csv");
  await writeFile(file, "path,sha256,proposed,rank,status,settled,label\na.jpg,,day 1,1,maybe,,\n");
  await expect(ProposalHistory.read(file)).rejects.toThrow(
    /found "a\.jpg,1,maybe", expected a path, a rank and a status/,
  );
  await writeFile(file, "path,rank\na.jpg,1\n");
  await expect(ProposalHistory.read(file)).rejects.toThrow(/expected path,sha256,proposed,rank,status,settled,label/);
});
