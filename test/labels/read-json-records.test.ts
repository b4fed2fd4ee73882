import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readJsonRecords } from "#labels/read-json-records.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function read(text: string | Buffer) {
  const file = join(await temporaryFolder(), "labels.json");
  await writeFile(file, text);
  const records: [string, unknown][] = [];
  const outline = await readJsonRecords(file, (list, record) => records.push([list, record]));
  return { records, outline };
}

test("records come one by one with the list they are of, and the rest is what they stood in", async () => {
  const text =
    '\ufeff{ "info": {"a": [{"b": 1}]}, "images" : [ {"x": "}]\\\\"}, [1, {}] , 5 ], "e": [], "n\\"[": [{}], "s": "[{" }\n';
  expect(await read(text)).toEqual({
    records: [
      ["images", { x: "}]\\" }],
      ["images", [1, {}]],
      ['n"[', {}],
    ],
    outline: { info: { a: [{ b: 1 }] }, images: [0, 0, 5], e: [], 'n"[': [0], s: "[{" },
  });
  expect(await read('[{"a":[[]]},"x"]')).toEqual({ records: [["", { a: [[]] }]], outline: [0, "x"] });
  expect(await read("7")).toEqual({ records: [], outline: 7 });
});

test("records that lie over the ends of what is read at once are whole", async () => {
  const text = "é\u2028🙂".repeat(300_000);
  const images = [{ text }, { a: 1 }, { text: `${text}x` }];
  const { records, outline } = await read(JSON.stringify({ images, last: { text } }, null, 1));
  expect(records.map(([, record]) => record)).toEqual(images);
  expect(outline).toEqual({ images: [0, 0, 0], last: { text } });
});

test("what JSON.parse refuses is refused, wherever it is cut off", async () => {
  const text = '{"images":[{"a":"\\u00e9\\\\"},{"b":[1,{}]}],"c":{"d":[]}}';
  for (let end = 0; end < text.length; end++)
    await expect(read(text.slice(0, end))).rejects.toThrow(/Cannot (read|use)/);
  for (const broken of ["[{},]", "[{} {}]", '{"a":[}]}', "[{]}", "]", "{}}", '[{"a":1}}', "[{'a':1}]", "[[[]]"])
    await expect(read(broken)).rejects.toThrow(/label file ".*labels.json"/);
  await expect(read('{"a":[{},{"b":x}]}')).rejects.toThrow(/record 2 of "a": found Unexpected token/);
});

test("any JSON is taken apart without loss", async () => {
  const record = fc.jsonValue({ maxDepth: 3 });
  const content = fc.oneof(fc.array(record), fc.dictionary(fc.string(), fc.oneof(fc.array(record), record)));
  await fc.assert(
    fc.asyncProperty(content, fc.nat(2), async (value, indent) => {
      const { records, outline } = await read(JSON.stringify(value, null, indent));
      const lists = Array.isArray(value) ? [value] : Object.values(value).filter(Array.isArray);
      const isRecord = (each: unknown) => typeof each === "object" && each !== null;
      expect(records.map(([, each]) => each)).toEqual(JSON.parse(JSON.stringify(lists.flat().filter(isRecord))));
      const left = (list: unknown[]) => list.map((each) => (isRecord(each) ? 0 : each));
      const entries = Object.entries(value).map(([key, each]) => [key, Array.isArray(each) ? left(each) : each]);
      expect(outline).toEqual(
        JSON.parse(JSON.stringify(Array.isArray(value) ? left(value) : Object.fromEntries(entries))),
      );
    }),
    { seed: 9, numRuns: 60 },
  );
});
