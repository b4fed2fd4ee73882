import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareUtf8 } from "#base/compare-utf8.ts";
import { WorkerUnfit } from "#fleet/fleet-plan.ts";
import { givenStorage, KINDS, SPACE } from "../support/given-storages.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);

async function allOf(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found.sort(compareUtf8);
}

/** On Windows no file can have some of these. */
const NAMES =
  process.platform === "win32"
    ? ["a b+c%20d.jpg", "日本語.png", "🦊.webp"]
    : [
        "a b+c%20d%.jpg",
        "日本語 العربية ไทย.png",
        "🦊👩‍👩‍👧.webp",
        'line\nbreak\r"quoted"\\back.jpg',
        "=cmd()|'x'.jpg",
        "<script>&amp;.svg",
        "\u2028 \u0001.gif",
        "...",
        "1e5",
        "007",
        " leading and trailing ",
        "e\u0301 and \u00e9",
        "?query=#fragment",
      ];

const BAD_KEYS = ["", "/etc/passwd", "..", "../x", "a/../../x", "a//b", "a/", "./a", "a/.", "a\0b", "\ud83d"];

/** Of each kind of storage. */
const testEach = test.each(KINDS);

testEach("%s: what was written is read by another machine, and what was not is not there", async (kind) => {
  const { storage, another } = await givenStorage(kind);
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 3);
  await storage.write(`${SPACE}results/a`, bytes);
  await storage.write(`${SPACE}results/empty`, new Uint8Array(0));
  const other = await another();
  expect(Buffer.from((await other.read(`${SPACE}results/a`))!).equals(bytes)).toBe(true);
  expect((await other.read(`${SPACE}results/empty`))?.length).toBe(0);
  expect(await other.has(`${SPACE}results/a`)).toBe(true);
  expect(await other.read(`${SPACE}results/b`)).toBeUndefined();
  expect(await other.has(`${SPACE}results/b`)).toBe(false);
  expect(await other.has(`${SPACE}results/a/b`)).toBe(false);
  expect(await other.has(`${SPACE}results`)).toBe(false);
});

testEach("%s: a key that was written twice keeps what came first", async (kind) => {
  const { storage, another } = await givenStorage(kind);
  await storage.write("tasks/a", bytesOf("first"));
  await (await another()).write("tasks/a", bytesOf("second, longer"));
  expect(textOf(await storage.read("tasks/a"))).toBe("first");
});

testEach(
  "%s: a list has the keys that begin so, whether the prefix ends at a folder or within a name",
  async (kind) => {
    const { storage } = await givenStorage(kind);
    const keys = [
      "tasks/embed-1",
      "tasks/embed-2",
      "tasks/compare-1",
      "tasks/embed-3/x",
      "results/embed-1",
      "tasksnot/a",
    ];
    for (const key of keys) await storage.write(SPACE + key, bytesOf(key));
    expect(await allOf(storage.list(`${SPACE}tasks/embed-`))).toEqual(
      ["tasks/embed-1", "tasks/embed-2", "tasks/embed-3/x"].map((key) => SPACE + key),
    );
    expect(await allOf(storage.list(SPACE))).toEqual(keys.map((key) => SPACE + key).sort());
    expect(await allOf(storage.list(`${SPACE}nothing/`))).toEqual([]);
    expect(await allOf(storage.list(`${SPACE}tasks`))).toHaveLength(5);
  },
);

testEach("%s: what is removed is gone, and what was not there is passed over", async (kind) => {
  const { storage } = await givenStorage(kind);
  await storage.write("a/b", bytesOf("b"));
  await storage.write("a/c", bytesOf("c"));
  await storage.remove(["a/b", "a/missing", "missing/too", "a/c/no-folder"]);
  await storage.remove([]);
  expect(await allOf(storage.list("a/"))).toEqual(["a/c"]);
  await storage.write("a/b", bytesOf("anew"));
  expect(textOf(await storage.read("a/b"))).toBe("anew");
});

testEach("%s: a key that is no path below the storage is refused", async (kind) => {
  const { storage, folder } = await givenStorage(kind);
  const path = join(folder, "a.jpg");
  await writeFile(path, "a");
  for (const key of BAD_KEYS) {
    const attempts = [
      () => storage.has(key),
      () => storage.read(key),
      () => storage.write(key, bytesOf("x")),
      () => storage.remove([key]),
      () => storage.share(path, key),
      () => storage.fetch(key),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow(/cannot be a key of a storage/);
  }
});

testEach("%s: a shared file is fetched whole by another machine, whatever its name", async (kind) => {
  const { storage, another, folder } = await givenStorage(kind);
  const references = new Map<string, string>();
  for (const name of NAMES) {
    await writeFile(join(folder, name), `content of ${name}`);
    references.set(name, await storage.share(join(folder, name), `images/${name}`));
  }
  expect(new Set(references.values()).size).toBe(NAMES.length);
  const other = await another();
  for (const [name, reference] of references) {
    const { path, release } = await other.fetch(reference);
    expect(await readFile(path, "utf8")).toBe(`content of ${name}`);
    release();
  }
});

testEach("%s: large and empty files are shared", async (kind) => {
  const { storage, another, folder } = await givenStorage(kind);
  const bytes = Buffer.alloc(9 * 2 ** 20, "twinsift");
  await writeFile(join(folder, "large"), bytes);
  await writeFile(join(folder, "empty"), "");
  const large = await storage.share(join(folder, "large"), "shards/large");
  const empty = await storage.share(join(folder, "empty"), "shards/empty");
  const other = await another();
  expect(bytes.equals(await readFile((await other.fetch(large)).path))).toBe(true);
  expect((await readFile((await other.fetch(empty)).path)).length).toBe(0);
});

testEach(
  "%s: of many who write one key at once each ends well, and readers see it whole or not at all",
  async (kind) => {
    const { storage, another } = await givenStorage(kind);
    const machines = [storage, await another(), await another(), await another()];
    const bytes = Buffer.alloc(400_000, "result");
    let isWritten = false;
    const seen: (number | undefined)[] = [];
    const reading = (async () => {
      while (!isWritten) seen.push((await storage.read("results/a"))?.length);
    })();
    await Promise.all(machines.flatMap((machine) => [1, 2, 3].map(() => machine.write("results/a", bytes))));
    isWritten = true;
    await reading;
    expect(seen.filter((length) => length !== undefined && length !== bytes.length)).toEqual([]);
    expect(bytes.equals((await storage.read("results/a"))!)).toBe(true);
    expect(await allOf(storage.list("results/"))).toEqual(["results/a"]);
  },
);

testEach(
  "%s: files that are shared together are each fetched whole by another machine, whatever their names and sizes",
  async (kind) => {
    const { storage, another, folder } = await givenStorage(kind);
    const contents = new Map(NAMES.map((name): [string, Buffer] => [name, Buffer.from(`content of ${name}`)]));
    contents
      .set("empty", Buffer.alloc(0))
      .set("large", Buffer.alloc(9 * 2 ** 20, "twinsift"))
      .set("last", Buffer.from("1"));
    for (const [name, bytes] of contents) await writeFile(join(folder, name), bytes);
    const files = [...contents].map(([name, { length: bytes }]) => ({ path: join(folder, name), bytes }));
    const references = await storage.shareTogether(files, "images/some");
    expect(await storage.shareTogether(files, "images/some")).toEqual(references);
    expect(references).toHaveLength(files.length);
    const other = await another();
    const held = await Promise.all(references.map((reference) => other.fetch(reference)));
    for (const [i, bytes] of [...contents.values()].entries())
      expect(bytes.equals(await readFile(held[i].path))).toBe(true);
    for (const { release } of held) release();
    expect(await storage.shareTogether([], "images/none")).toEqual([]);
  },
);

testEach(
  "%s: of files that are shared together one that has gone or changed is another for who fetches it, and the rest are not",
  async (kind) => {
    const { storage, another, folder } = await givenStorage(kind);
    for (const name of ["a", "longer", "c"]) await writeFile(join(folder, name), name);
    const bytes = [1, 3, 4, 9 * 2 ** 20, 1];
    const files = ["a", "longer", "gone", "large and gone", "c"].map((name, i) => ({
      path: join(folder, name),
      bytes: bytes[i],
    }));
    const references = await storage.shareTogether(files, "images/some");
    const other = await another();
    const sizes = references.map(async (reference) => (await readFile((await other.fetch(reference)).path)).length);
    const found = (await Promise.allSettled(sizes)).map((size) =>
      size.status === "fulfilled" ? size.value : undefined,
    );
    expect([found[0], found[4]]).toEqual([1, 1]);
    for (const i of [1, 2, 3]) expect(found[i]).not.toBe(bytes[i]);
  },
);

testEach("%s: what is shared no more is gone where it was copied to, and stays where it lies", async (kind) => {
  const { storage, another, folder } = await givenStorage(kind);
  const files = ["a", "b", "large"].map((name) => ({
    path: join(folder, name),
    bytes: name === "large" ? 9 * 2 ** 20 : 1,
  }));
  for (const { path, bytes } of files) await writeFile(path, Buffer.alloc(bytes));
  const references = await storage.shareTogether(files, "images/some");
  await storage.unshare(references);
  await storage.unshare(references);
  expect((await allOf(storage.list(""))).filter((key) => key.includes("images/some"))).toEqual([]);
  for (const { path, bytes } of files) expect((await readFile(path)).length).toBe(bytes);
  if (kind === "folder") return;
  const fetching = (await another()).fetch(references[0]);
  await expect(fetching).rejects.toMatchObject({ kind: "input" });
  // of no fault of the machine, which goes on with its next task
  await expect(fetching).rejects.not.toBeInstanceOf(WorkerUnfit);
});
