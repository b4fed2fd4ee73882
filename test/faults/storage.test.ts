import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { WorkerUnfit } from "#fleet/fleet-plan.ts";
import { unpackArrays } from "#fleet/packed-arrays.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { FolderStorage } from "#fleet/storage/folder-storage.ts";
import { S3Storage } from "#fleet/storage/s3-storage.ts";
import { addressOf, givenS3Server, givenStorage, KINDS, SPACE } from "../support/given-storages.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { SmallDisk } from "./small-disk.ts";

const MEGABYTE = 2 ** 20;

async function keysOf(storage: FleetStorage, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of storage.list(prefix)) keys.push(key);
  return keys;
}

async function startWriter(address: object, name: string, cache: string): Promise<ChildProcess> {
  const script = [
    "--import",
    "tsx",
    "test/support/storage-writer-process.ts",
    JSON.stringify(address),
    SPACE,
    name,
    cache,
  ];
  const writer = spawn(process.execPath, script, { stdio: ["ignore", "pipe", "inherit"] });
  await once(writer.stdout!, "data");
  return writer;
}

/** Files of so many bytes each, all in one bundle. */
async function sharedTogether(storage: FleetStorage, count: number, bytes: number) {
  const folder = await temporaryFolder();
  const files = Array.from({ length: count }, (_, i) => join(folder, `${i}`));
  for (const [i, path] of files.entries()) await writeFile(path, Buffer.alloc(bytes, `${i};`));
  const known = files.map((path) => ({ path, bytes }));
  return { files, references: await storage.shareTogether(known, "images/some") };
}

async function smallDisk(kilobytes: number, skip: (condition: boolean, note?: string) => void): Promise<SmallDisk> {
  const disk = await SmallDisk.mount(await temporaryFolder(), kilobytes);
  skip(typeof disk === "string", String(disk));
  onTestFinished(() => (disk as SmallDisk).unmount());
  return disk as SmallDisk;
}

test.each(KINDS)("%s: a writer that is killed leaves whole results and no others", async (kind) => {
  const { storage, address } = await givenStorage(kind);
  const folder = await temporaryFolder();
  const random = new SeededRandom(1);
  let whole = 0;
  for (let round = 0; round < 6; round++) {
    const writer = await startWriter(address, `writer-${round}`, folder);
    await sleep(random.between(0, 150));
    writer.kill("SIGKILL");
    await once(writer, "exit");
    for (const key of await keysOf(storage, `${SPACE}results/writer-${round}-`)) {
      expect(unpackArrays((await storage.read(key))!).header).toEqual({ key });
      whole++;
    }
  }
  expect(whole).toBeGreaterThan(0);
  expect((await keysOf(storage, SPACE)).filter((key) => !/results\/writer-\d-\d+$/.test(key))).toEqual([]);
});

test("a full disk under a shared folder is the machine's fault, and leaves no part of a file", async ({ skip }) => {
  const disk = await smallDisk(4096, skip);
  const storage = new FolderStorage(disk.path);
  await storage.write("results/a", Buffer.alloc(MEGABYTE, "a"));
  const used = await disk.usedKilobytes();
  const writing = storage.write("results/b", Buffer.alloc(8 * MEGABYTE, "b"));
  await expect(writing).rejects.toThrow(WorkerUnfit);
  await expect(writing).rejects.toThrow(/Cannot write ".*results\/b": the disk is full: make room on it \(ENOSPC/);
  expect(await disk.usedKilobytes()).toBe(used);
  expect(await readdir(join(disk.path, "results"))).toEqual(["a"]);
  disk.resize(16 * 1024);
  await storage.write("results/b", Buffer.alloc(8 * MEGABYTE, "b"));
  expect((await storage.read("results/b"))?.length).toBe(8 * MEGABYTE);
});

test("a full disk under the cache is the machine's fault; with room again files are fetched", async ({ skip }) => {
  const disk = await smallDisk(4096, skip);
  const storage = await S3Storage.open(addressOf(await givenS3Server()), { folder: disk.path, maxBytes: 2 ** 30 });
  onTestFinished(() => storage.close());
  await storage.write("shards/large", Buffer.alloc(8 * MEGABYTE, "b"));
  const used = await disk.usedKilobytes();
  const fetching = storage.fetch("shards/large");
  await expect(fetching).rejects.toThrow(WorkerUnfit);
  await expect(fetching).rejects.toThrow(/Cannot write ".*": the disk is full: make room on it \(ENOSPC/);
  expect(await disk.usedKilobytes()).toBe(used);
  disk.resize(16 * 1024);
  (await storage.fetch("shards/large")).release();
  await storage.close();
});

test("a cache under many readers holds no more than its limit and what they hold, and every file is right", async () => {
  const folder = await temporaryFolder();
  const storage = await S3Storage.open(addressOf(await givenS3Server()), { folder, maxBytes: 5 * 1000 });
  onTestFinished(() => storage.close());
  const files = await temporaryFolder();
  for (let number = 0; number < 20; number++) {
    await writeFile(join(files, `${number}`), Buffer.alloc(1000, `${number};`));
    await storage.share(join(files, `${number}`), `files/${number}`);
  }
  const [cache] = await readdir(folder);
  let most = 0;
  const reader = async (seed: number) => {
    const random = new SeededRandom(seed);
    for (let turn = 0; turn < 50; turn++) {
      const number = random.integer(0, 20);
      const { path, release } = await storage.fetch(`files/${number}`);
      await sleep(random.between(0, 3));
      expect((await readFile(path)).equals(Buffer.alloc(1000, `${number};`))).toBe(true);
      most = Math.max(most, (await readdir(join(folder, cache))).length);
      release();
    }
  };
  await Promise.all([1, 2, 3].map(reader));
  // the lock, and three that are held or on their way
  expect(most).toBeLessThanOrEqual(1 + 5 + 3);
});

test("a disk that takes a bundle and not its pieces is the machine's fault, and nothing of a piece is left", async ({
  skip,
}) => {
  const disk = await smallDisk(8192, skip);
  const storage = await S3Storage.open(addressOf(await givenS3Server()), { folder: disk.path, maxBytes: 0 });
  onTestFinished(() => storage.close());
  const { files, references } = await sharedTogether(storage, 2, 3 * MEGABYTE);
  const used = await disk.usedKilobytes();
  const fetching = Promise.all(references.map((reference) => storage.fetch(reference)));
  await expect(fetching).rejects.toThrow(WorkerUnfit);
  await expect(fetching).rejects.toThrow(/Cannot write ".*": the disk is full: make room on it \(ENOSPC/);
  disk.resize(16 * 1024);
  const held = await Promise.all(references.map((reference) => storage.fetch(reference)));
  for (const [i, { path }] of held.entries())
    expect((await readFile(path)).equals(await readFile(files[i]))).toBe(true);
  await storage.close();
  expect(await disk.usedKilobytes()).toBeLessThanOrEqual(used);
});

test("many who read pieces of one bundle each find theirs, and nothing stays", async () => {
  const folder = await temporaryFolder();
  const storage = await S3Storage.open(addressOf(await givenS3Server()), { folder, maxBytes: 0 });
  onTestFinished(() => storage.close());
  const { files, references } = await sharedTogether(storage, 20, 1000);
  const [cache] = await readdir(folder);
  const reader = async (seed: number) => {
    const random = new SeededRandom(seed);
    for (let turn = 0; turn < 50; turn++) {
      const number = random.integer(0, 20);
      const { path, release } = await storage.fetch(references[number]);
      await sleep(random.between(0, 3));
      expect((await readFile(path)).equals(await readFile(files[number]))).toBe(true);
      release();
    }
  };
  await Promise.all([1, 2, 3].map(reader));
  await expect.poll(() => readdir(join(folder, cache))).toEqual(["lock"]);
});

test("more than a thousand keys are listed and removed", async () => {
  const server = await givenS3Server();
  const cache = { folder: await temporaryFolder(), maxBytes: 0 };
  const storage = await S3Storage.open(addressOf(server, "prefix/"), cache);
  onTestFinished(() => storage.close());
  const keys = Array.from({ length: 1003 }, (_, i) => `results/${String(i).padStart(4, "0")}`);
  for (let from = 0; from < keys.length; from += 50)
    await Promise.all(keys.slice(from, from + 50).map((key) => storage.write(key, Buffer.from(key))));
  const listed = async () => {
    const found: string[] = [];
    for await (const key of storage.list("results/")) found.push(key);
    return found.sort();
  };
  expect(await listed()).toEqual(keys);
  await storage.remove(keys.slice(1));
  expect(await listed()).toEqual(keys.slice(0, 1));
});
