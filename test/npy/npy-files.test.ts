import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatFeatureArray, parseFeatureHeader } from "#npy/feature-array.ts";
import { formatPairArray, parsePairArray } from "#npy/pair-array.ts";
import { formatUnicodeArray, parseUnicodeArray } from "#npy/unicode-array.ts";
import { hasNumpy, runPython } from "../support/python.ts";
import { matrixOf } from "../support/random-features.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const HARD_IDS = [
  "",
  "a",
  "🐟🐠/é.jpg",
  'quo"te,comma.png',
  "中文 名/图.jpg",
  "new\nline\r\n.jpg",
  "=cmd()",
  "\u0000inner",
];

test("parseUnicodeArray() gives back what formatUnicodeArray() was given", () => {
  const ids = fc.array(fc.string({ unit: "grapheme" }).filter((text) => !text.endsWith("\0")));
  fc.assert(
    fc.property(ids, (strings) => {
      expect(parseUnicodeArray(formatUnicodeArray(strings), "ids")).toEqual(strings);
    }),
  );
  expect(parseUnicodeArray(formatUnicodeArray(HARD_IDS), "ids")).toEqual(HARD_IDS);
});

test("formatUnicodeArray() refuses what numpy could not give back", () => {
  expect(() => formatUnicodeArray(["a\0"])).toThrow(/not Unicode text/);
  expect(() => formatUnicodeArray(["\ud83d"])).toThrow(/not Unicode text/);
});

test("parseUnicodeArray() reads 200,000 strings", () => {
  const many = Array.from({ length: 200_000 }, (_, i) => `folder/${i}.jpg`);
  expect(parseUnicodeArray(formatUnicodeArray(many), "ids")).toEqual(many);
});

test("parseUnicodeArray() names the file and what it found", () => {
  const features = formatFeatureArray(matrixOf([[1, 2]]));
  expect(() => parseUnicodeArray(features, "x.npy")).toThrow(
    /"x.npy".*expected text.*found dtype "<f4" and shape \(1, 2\)/,
  );
  expect(() => parseUnicodeArray(Buffer.from("not numpy at all"), "x.npy")).toThrow(/"x.npy" as a .npy file/);
  const cut = formatUnicodeArray(["abc", "def"]).subarray(0, -4);
  expect(() => parseUnicodeArray(cut, "x.npy")).toThrow(/expected \d+ bytes, found \d+/);
});

test("parseFeatureHeader() reads the shape and refuses other dtypes and lengths", () => {
  const bytes = formatFeatureArray(
    matrixOf([
      [1, 2, 3],
      [4, 5, 6],
    ]),
  );
  const { rowCount, dim, dataOffset } = parseFeatureHeader(bytes, bytes.length, "f.npy");
  expect([rowCount, dim, dataOffset]).toEqual([2, 3, bytes.length - 24]);
  expect(() => parseFeatureHeader(bytes, bytes.length + 1, "f.npy")).toThrow(/"f.npy": expected \d+ bytes, found \d+/);
  const text = formatUnicodeArray(["a"]);
  expect(() => parseFeatureHeader(text, text.length, "f.npy")).toThrow(
    /expected dtype "<f4".*found dtype "<U1".*ascontiguousarray/,
  );
});

test.runIf(hasNumpy)("numpy.load reads ids and features without pickle, and equal", async () => {
  const folder = await temporaryFolder();
  const [ids, features] = [join(folder, "ids.npy"), join(folder, "features.npy")];
  await writeFile(ids, formatUnicodeArray(HARD_IDS));
  await writeFile(
    features,
    formatFeatureArray(
      matrixOf([
        [1, 0.1],
        [-3, 1e-30],
      ]),
    ),
  );
  const script = `
import sys, json, numpy as np
ids, x = (np.load(f, allow_pickle=False) for f in sys.argv[1:])
assert x.dtype == np.dtype('<f4') and x.flags.c_contiguous
print(json.dumps([ids.tolist(), x.astype(float).tolist()]))`;
  expect(runPython(script, ids, features)).toEqual([
    HARD_IDS,
    [
      [1, Math.fround(0.1)],
      [-3, Math.fround(1e-30)],
    ],
  ]);
});

test.runIf(hasNumpy)("files written by numpy are read, in either byte order of text", async () => {
  const folder = await temporaryFolder();
  const script = `
import sys, json, numpy as np
ids = json.loads(sys.argv[2])
np.save(sys.argv[1] + '/little.npy', np.array(ids, dtype='<U20'))
np.save(sys.argv[1] + '/big.npy', np.array(ids, dtype='>U20'))`;
  execFileSync("/usr/bin/python3", ["-c", script, folder, JSON.stringify(HARD_IDS)]);
  for (const name of ["little.npy", "big.npy"]) {
    expect(parseUnicodeArray(await readFile(join(folder, name)), name)).toEqual(HARD_IDS);
  }
});

const SOME_PAIRS = {
  left: Uint32Array.of(0, 7, 4_000_000_000),
  right: Uint32Array.of(1, 8, 4_000_000_001),
  distance: Float64Array.of(0, 0.1, 1 / 3),
  count: 3,
};

test("parsePairArray() gives back what formatPairArray() was given, and refuses what is cut or of another type", () => {
  const bytes = formatPairArray(SOME_PAIRS);
  expect(parsePairArray(bytes, "p.npy")).toEqual(SOME_PAIRS);
  expect(parsePairArray(Buffer.concat([Buffer.from("x"), bytes]).subarray(1), "p.npy")).toEqual(SOME_PAIRS);
  expect(() => parsePairArray(bytes.subarray(0, -1), "p.npy")).toThrow(/"p.npy": expected pairs of dtype .*, found/);
  expect(() => parsePairArray(formatUnicodeArray(["a"]), "p.npy")).toThrow(/found dtype <U1, shape \(1\)/);
});

test.skipIf(!hasNumpy)("numpy reads pairs as records", async () => {
  const file = join(await temporaryFolder(), "0000.pairs.npy");
  await writeFile(file, formatPairArray(SOME_PAIRS));
  const script =
    "import json, sys, numpy as np; p = np.load(sys.argv[1]); print(json.dumps([p[f].tolist() for f in p.dtype.names]))";
  expect(runPython(script, file)).toEqual([
    [0, 7, 4_000_000_000],
    [1, 8, 4_000_000_001],
    [0, 0.1, 1 / 3],
  ]);
});
