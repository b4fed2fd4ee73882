import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { DecisionRecord } from "#data/decision.ts";
import { Ledger } from "#review/ledger.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const image = (path: string, sha256 = "a".repeat(64)) => ({ path, sha256 });

async function emptyLedger(): Promise<Ledger> {
  return Ledger.read(join(await temporaryFolder(), "decisions.csv"));
}

test("a ledger holds a line a decision in the order of paths, whatever the order in which they were made", async () => {
  const ledger = await emptyLedger();
  ledger.decide(image("b.jpg"), { decision: "drop", note: 'blurred, "bad"' });
  ledger.separate(image("c.jpg"), image("a.jpg", "b".repeat(64)), "");
  ledger.decide(image("=cmd()"), { decision: "keep", note: "" });
  ledger.decide(image("a.jpg"), { decision: "", note: "look again" });
  await ledger.write();
  const [a, b] = ["a", "b"].map((digit) => digit.repeat(64));
  expect(await readFile(ledger.file, "utf8")).toBe(
    [
      "\ufeffdecision,path,sha256,other_path,other_sha256,note",
      `keep,'=cmd(),${a},,,`,
      `,a.jpg,${a},,,look again`,
      `drop,b.jpg,${a},,,"blurred, ""bad"""`,
      `not-duplicate,c.jpg,${a},a.jpg,${b},`,
      "",
    ].join("\r\n"),
  );
});

const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("'=x", "a\nb", "a\r\nb", '"', "💧", "00", "=1"));
const someImage = fc.record({
  path: text.filter((path) => path !== ""),
  sha256: fc.constantFrom("", "a".repeat(64), "b".repeat(64)),
});

test("what was decided is read back as it was, for any names", async () => {
  const file = join(await temporaryFolder(), "decisions.csv");
  const step = fc.oneof(
    fc.record({ image: someImage, decision: fc.constantFrom("keep", "drop", ""), note: text }),
    fc.record({ image: someImage, other: someImage, note: text }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      await writeFile(file, "");
      const ledger = await Ledger.read(join(await temporaryFolder(), "decisions.csv"));
      for (const each of steps) {
        if ("other" in each) ledger.separate(each.image, each.other, each.note);
        else ledger.decide(each.image, { decision: each.decision as "keep", note: each.note });
      }
      await ledger.write();
      expect((await Ledger.read(ledger.file)).records).toEqual(ledger.records);
    }),
    { numRuns: 60 },
  );
});

test("a later decision replaces the earlier one, and two images are separated once", async () => {
  const ledger = await emptyLedger();
  ledger.decide(image("a"), { decision: "drop", note: "" });
  ledger.decide(image("a"), { decision: "keep", note: "" });
  ledger.separate(image("b"), image("c"), "first");
  ledger.separate(image("c"), image("b"), "");
  const expected: DecisionRecord[] = [
    { decision: "keep", image: image("a"), other: undefined, note: "" },
    { decision: "not-duplicate", image: image("b"), other: image("c"), note: "first" },
  ];
  expect(ledger.records).toEqual(expected);
  ledger.decide(image("a"), { decision: "", note: "" });
  expect(ledger.records).toEqual(expected.slice(1));
});

test("a ledger that git merged line by line is read; lines that disagree are refused", async () => {
  const file = join(await temporaryFolder(), "decisions.csv");
  const lines = ["drop,b,,,,", "keep,a,,,,", "not-duplicate,x,,y,,", "not-duplicate,y,,x,,", "keep,a,,,,"];
  await writeFile(file, ["decision,path,sha256,other_path,other_sha256,note", ...lines, ""].join("\n"));
  expect((await Ledger.read(file)).records.map(({ image }) => image.path)).toEqual(["a", "b", "x"]);
  await writeFile(file, `${await readFile(file, "utf8")}drop,a,,,,\n`);
  await expect(Ledger.read(file)).rejects.toThrow(/"a" decided as keep and as drop; remove one/);
});

test.each([
  ["kep,a,,,,", /found "kep,a,", expected keep or drop/],
  ["keep,,,,,", /found "keep,,"/],
  ["not-duplicate,a,,,,", /found "not-duplicate,a,"/],
  ["drop,a,,b,,", /found "drop,a,b"/],
  ["<<<<<<< HEAD", /line 2: found 1 cells/],
])("a ledger with the line %j is refused", async (line, reason) => {
  const file = join(await temporaryFolder(), "decisions.csv");
  await writeFile(file, `decision,path,sha256,other_path,other_sha256,note\n${line}\n`);
  await expect(Ledger.read(file)).rejects.toThrow(reason);
});

test("a ledger in which nothing has changed is not written", async () => {
  const ledger = await emptyLedger();
  await ledger.write();
  await expect(readFile(ledger.file)).rejects.toThrow("ENOENT");
  ledger.decide(image("a"), { decision: "keep", note: "" });
  await ledger.write();
  await writeFile(ledger.file, "mine");
  ledger.decide(image("a"), { decision: "keep", note: "" });
  await ledger.write();
  expect(await readFile(ledger.file, "utf8")).toBe("mine");
});
