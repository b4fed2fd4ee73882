import { readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FeatureIndex } from "#artifacts/feature-index.ts";
import { rowsOf } from "#data/feature-matrix.ts";
import type { IndexRow } from "#data/index-row.ts";
import { PairCollector } from "#data/pair-list.ts";
import { randomFeatures } from "../support/random-features.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const DIM = 5;
const all = randomFeatures({ rows: 90, dim: DIM, seed: 4, copies: 0 });

function rowOf(number: number, id = `image ${number}`): IndexRow {
  return { id, sha256: `content ${number}`, bytes: 1, modified: 1, width: 1, height: 1, vectors: 1 };
}

/** Opens an index of a maker, and notes what it tells. */
async function opened(folder: string, fingerprint = "a model") {
  const told: string[] = [];
  const maker = { fingerprint, model: "tiny", views: [], dim: async () => DIM };
  return {
    index: await FeatureIndex.open(folder, maker, { tell: (line) => told.push(line), onProgress: () => undefined }),
    told,
  };
}

/** Three shards of thirty rows; pairs of the last. */
async function filled(folder: string) {
  const { index } = await opened(folder);
  for (let number = 0; number < 3; number++) {
    const rows = Array.from({ length: 30 }, (_, i) => rowOf(number * 30 + i));
    await index.append({ rows, features: rowsOf(all, number * 30, number * 30 + 30), views: undefined });
  }
  await index.writePairs(2, 0.5, pairsOf([3, 77]));
  return index;
}

function pairsOf(...rows: [left: number, right: number][]) {
  const pairs = new PairCollector();
  for (const [left, right] of rows) pairs.add(left, right, 0.25);
  return pairs.toList();
}

test("the store gives any rows in any order, with repeats, as they were written", async () => {
  const { store } = await filled(join(await temporaryFolder(), "index"));
  for (const rows of [[], [89], [3, 0, 60, 31, 3], Array.from({ length: 90 }, (_, i) => 89 - i)]) {
    const { values } = await store.readRows(Uint32Array.from(rows));
    expect([...values]).toEqual(rows.flatMap((row) => [...all.values.subarray(row * DIM, row * DIM + DIM)]));
  }
  expect([...(await store.readShard(1)).vectors.matrix.values]).toEqual([...all.values.subarray(150, 300)]);
});

test("an index is what it was when it is opened again", async () => {
  const folder = join(await temporaryFolder(), "index");
  const before = await filled(folder);
  const { index, told } = await opened(folder);
  expect(told).toEqual([]);
  expect(index.rows).toEqual(before.rows);
  expect(index.thresholdOf(1)).toBeUndefined();
  expect(index.thresholdOf(2)).toBe(0.5);
  expect(await index.readPairs(2)).toMatchObject({ left: Uint32Array.of(3), right: Uint32Array.of(77), count: 1 });
});

test("files that no finished change named are gone when an index is opened again, and nothing else", async () => {
  const folder = join(await temporaryFolder(), "index");
  await filled(folder);
  for (const name of ["0003.features.npy", "0007.images.ndjson.tmp", "notes.txt"])
    await writeFile(join(folder, name), "");
  await opened(folder);
  const names = await readdir(folder);
  expect(names).toContain("notes.txt");
  expect(names.filter((name) => /^000[37]/.test(name))).toEqual([]);
});

test("of two rows of one id the last is the file's; the other is dead", async () => {
  const folder = join(await temporaryFolder(), "index");
  const index = await filled(folder);
  await index.append({ rows: [rowOf(90, "image 4")], features: rowsOf(all, 0, 1), views: undefined });
  const { rows } = (await opened(folder)).index;
  expect([rows[4].id, rows[90].id]).toEqual(["", "image 4"]);
});

test("renamed rows are renamed for numpy too; the rest of the index stays as it is", async () => {
  const folder = join(await temporaryFolder(), "index");
  const index = await filled(folder);
  const before = await readFile(join(folder, "0000.object_ids.npy"));
  const rows = index.rows.map((row, number) => (number === 45 ? { ...row, id: "moved" } : row));
  await index.settle({ rows, folders: { "/images": 90 } });
  const reopened = await opened(folder);
  expect(reopened.told).toEqual([]);
  expect(reopened.index.rows[45].id).toBe("moved");
  expect(reopened.index.record).toMatchObject({ reportedRows: 90, folders: { "/images": 90 } });
  expect((await readFile(join(folder, "0001.object_ids.npy"))).toString("utf16le")).toContain("m\0o\0v\0e\0d");
  expect(await readFile(join(folder, "0000.object_ids.npy"))).toEqual(before);
});

test.each([
  ["0001.features.npy", /embedded again/],
  ["0001.images.ndjson", /embedded again/],
  ["0001.object_ids.npy", /written again/],
  ["pairs/0002.pairs.0.npy", /searched again/],
])("a damaged %s is named, set aside, and only what it held is made anew", async (name, consequence) => {
  for (const damage of ["truncated", "flipped", "missing", "empty"]) {
    const folder = join(await temporaryFolder(), "index");
    await filled(folder);
    const file = join(folder, name);
    const content = await readFile(file);
    if (damage === "truncated") await truncate(file, content.length - 1);
    if (damage === "flipped")
      await writeFile(
        file,
        content.map((byte, i) => (i === content.length >> 1 ? byte ^ 4 : byte)),
      );
    if (damage === "missing") await rm(file);
    if (damage === "empty") await truncate(file, 0);
    const { index, told } = await opened(folder);
    expect(told).toEqual([expect.stringMatching(consequence)]);
    expect(told[0]).toContain(name);
    const aside = damage === "missing" ? [] : await readdir(join(folder, "set-aside"));
    expect(aside).toHaveLength(damage === "missing" ? 0 : 1);
    const lost = /features|images/.test(name);
    expect(index.rows.map(({ id }) => id === "")).toEqual(all90((row) => lost && row >= 30 && row < 60));
    expect(index.thresholdOf(2)).toBe(name.startsWith("pairs") ? undefined : 0.5);
    expect((await opened(folder)).told).toEqual([]);
  }
});

function all90<T>(of: (row: number) => T): T[] {
  return Array.from({ length: 90 }, (_, row) => of(row));
}

test("a damaged index.json is replaced by its copy; without one, all is kept beside and begun anew", async () => {
  const folder = join(await temporaryFolder(), "index");
  await filled(folder);
  await writeFile(join(folder, "index.json"), "{}");
  const first = await opened(folder);
  expect(first.told).toEqual([expect.stringMatching(/index.json.*its copy is used/)]);
  expect(first.index.rows).toHaveLength(90);
  await writeFile(join(folder, "index.json"), "{}");
  await rm(join(folder, "index.copy.json"));
  const second = await opened(folder);
  expect(second.told).toEqual([expect.stringMatching(/kept as ".*index-damaged" and made anew/)]);
  expect(second.index.rows).toEqual([]);
  expect(await readdir(`${folder}-damaged`)).toContain("0000.features.npy");
});

test("rows that died are left out once they are many; the others keep features, pairs and matches under new numbers", async () => {
  const folder = join(await temporaryFolder(), "index");
  const index = await filled(folder);
  for (const shard of [0, 1]) await index.writePairs(shard, 0.7, pairsOf([shard * 30 + 1, shard * 30 + 2]));
  await index.writePairs(2, 0.5, pairsOf([3, 77], [4, 78], [61, 62]));
  const matches = await index.openMatches(1);
  for (const [a, b] of [[3, 77], [4, 78], [31, 32]]) matches.add(a, b, "copy"); // biome-ignore format: pairs in one line
  const isDead = (row: number) => row % 2 === 0 && row !== 62;
  const rows = index.rows.map((row, number) => (isDead(number) ? { ...row, id: "" } : row));
  await index.settle({ rows, folders: {} });
  await index.tidy(20);
  await matches.close();

  const { index: compact, told } = await opened(folder);
  expect(told).toEqual([]);
  const living = all90((row) => row).filter((row) => !isDead(row));
  expect(compact.rows.map(({ id }) => id)).toEqual(living.map((row) => `image ${row}`));
  const { values } = await compact.store.readRows(Uint32Array.from(living.keys()));
  expect([...values]).toEqual(living.flatMap((row) => [...all.values.subarray(row * DIM, row * DIM + DIM)]));
  const numberOf = (row: number) => living.indexOf(row);
  const found = await Promise.all([0, 1, 2].map((shard) => compact.readPairs(shard)));
  const named = found.flatMap((pairs) => [...(pairs?.left ?? [])].map((left, i) => [left, pairs?.right[i]]));
  expect(named).toEqual([
    [numberOf(3), numberOf(77)],
    [numberOf(61), numberOf(62)],
  ]);
  expect([0, 1, 2].map((shard) => compact.thresholdOf(shard))).toEqual([0.5, 0.5, 0.5]);
  const kept = await compact.openMatches(1);
  expect([...kept.entries()]).toEqual([[numberOf(3), numberOf(77), "copy"]]);
  await kept.close();
  expect((await readdir(folder)).filter((name) => name.endsWith(".features.npy"))).toHaveLength(3);
});

test("small shards at the end become one, and rows keep their numbers", async () => {
  const folder = join(await temporaryFolder(), "index");
  const index = await filled(folder);
  for (let number = 90; number < 98; number++)
    await index.append({ rows: [rowOf(number)], features: rowsOf(all, number - 90, number - 89), views: undefined });
  await index.settle({ rows: index.rows, folders: {} });
  await index.tidy(30);
  const { index: tidy } = await opened(folder);
  expect(tidy.record.shards.map(({ rows }) => rows)).toEqual([30, 30, 30, 8]);
  expect(tidy.rows).toEqual(index.rows);
  const { values } = await tidy.store.readRows(Uint32Array.of(97, 3));
  expect([...values]).toEqual([...all.values.subarray(7 * DIM, 8 * DIM), ...all.values.subarray(3 * DIM, 4 * DIM)]);
});

test("another model begins an index beside the old one, which comes back with its model", async () => {
  const folder = join(await temporaryFolder(), "index");
  await filled(folder);
  const other = await opened(folder, "another model");
  expect(other.told).toEqual([expect.stringMatching(/made by tiny or other settings: it is kept as/)]);
  expect(other.index.rows).toEqual([]);
  const back = await opened(folder);
  expect(back.told.at(-1)).toMatch(/is used again/);
  expect(back.index.rows).toHaveLength(90);
  await rename(folder, `${folder}.gone`);
  expect((await opened(folder, "another model")).index.rows).toEqual([]);
});

test("a folder with somebody else's files is refused", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "mine.txt"), "");
  await expect(opened(folder)).rejects.toThrow(/files that are not of this program \(such as "mine.txt"/);
});
