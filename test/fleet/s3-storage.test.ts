import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WorkerUnfit } from "#fleet/fleet-plan.ts";
import type { S3Address } from "#fleet/storage/s3-bucket.ts";
import { S3Storage } from "#fleet/storage/s3-storage.ts";
import { addressOf, givenS3Server } from "../support/given-storages.ts";
import type { S3Server } from "../support/s3-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function opened(address: S3Address, maxBytes = 2 ** 30) {
  const folder = await temporaryFolder();
  const storage = await S3Storage.open(address, { folder, maxBytes });
  onTestFinished(() => storage.close());
  return { storage, folder };
}

/** A storage in which files of these sizes are shared. */
async function withFiles(sizes: Readonly<Record<string, number>>, maxBytes: number) {
  const server = await givenS3Server();
  const { storage, folder } = await opened(addressOf(server), maxBytes);
  const files = await temporaryFolder();
  for (const [name, bytes] of Object.entries(sizes)) {
    await writeFile(join(files, name), Buffer.alloc(bytes, name));
    await storage.share(join(files, name), name);
  }
  return { server, storage, folder };
}

/** What the only cache in a folder holds. */
async function filesIn(folder: string): Promise<string[]> {
  const [cache] = await readdir(folder);
  return (await readdir(join(folder, cache))).filter((name) => name !== "lock");
}

const gets = ({ requests }: S3Server) => requests.filter((request) => request.startsWith("GET")).length;

test("a file that several ask for at once is loaded once, and stays until the last of them lets it go", async () => {
  const { server, storage } = await withFiles({ a: 100 }, 0);
  const [first, second] = await Promise.all([storage.fetch("a"), storage.fetch("a")]);
  expect(gets(server)).toBe(1);
  expect(first.path).toBe(second.path);
  first.release();
  first.release();
  expect(await readFile(second.path, "utf8")).toBe("a".repeat(100));
  second.release();
  await expect.poll(() => existsSync(second.path)).toBe(false);
});

test("the cache keeps what was held last within its limit, and makes room before it loads", async () => {
  const { server, storage, folder } = await withFiles({ a: 400, b: 400, c: 400, huge: 2000 }, 1000);
  const fetchAndRelease = async (key: string) => (await storage.fetch(key)).release();
  for (const key of ["a", "b", "a", "c", "a"]) await fetchAndRelease(key);
  expect(gets(server)).toBe(3);
  await fetchAndRelease("b");
  expect(gets(server)).toBe(4);
  await expect.poll(async () => (await filesIn(folder)).length).toBe(2);
  const held = await Promise.all(["a", "b", "c", "huge"].map((key) => storage.fetch(key)));
  for (const { path } of held) expect(existsSync(path)).toBe(true);
  for (const { release } of held) release();
  await expect.poll(async () => (await filesIn(folder)).length).toBeLessThanOrEqual(2);
});

test("what breaks off on its way is loaded again, and a server that fails for a moment is asked again", async () => {
  const { server, storage } = await withFiles({ a: 3_000_000 }, 2 ** 30);
  server.cutNext(100_000);
  const { path } = await storage.fetch("a");
  expect((await readFile(path)).equals(Buffer.alloc(3_000_000, "a"))).toBe(true);
  server.cutNext(100_000);
  expect((await storage.read("a"))?.length).toBe(3_000_000);
  server.failNext(503, 500);
  expect(await storage.has("a")).toBe(true);
  server.failNext(503, 500);
  await storage.write("b", Buffer.from("b"));
  expect(Buffer.from((await storage.read("b"))!).toString()).toBe("b");
});

test("a file that is sent in pieces is sent again where the server fails for a moment", async () => {
  const server = await givenS3Server();
  const { storage } = await opened(addressOf(server));
  const path = join(await temporaryFolder(), "large");
  const bytes = Buffer.alloc(9 * 2 ** 20, "twinsift");
  await writeFile(path, bytes);
  expect(await storage.has("large")).toBe(false);
  // the first is the answer to whether it is there
  server.failNext(404, 503, 500);
  expect(await storage.share(path, "large")).toBe("large");
  expect(bytes.equals((await storage.read("large"))!)).toBe(true);
  expect(server.requests.filter((request) => request.startsWith("PUT"))).toHaveLength(3);
  await storage.share(path, "large");
  expect(server.requests.filter((request) => request.startsWith("PUT"))).toHaveLength(3);
});

test("servers that know no conditions, or refuse them, take what is written", async () => {
  const server = await givenS3Server({ knowsConditions: false });
  const { storage } = await opened(addressOf(server));
  await storage.write("a", Buffer.from("first"));
  await storage.write("a", Buffer.from("second"));
  expect(Buffer.from((await storage.read("a"))!).toString()).toBe("first");
  const refusing = await givenS3Server();
  const { storage: other } = await opened(addressOf(refusing));
  expect(await other.has("b")).toBe(false);
  refusing.failNext(404, 501);
  await other.write("b", Buffer.from("b"));
  expect(Buffer.from((await other.read("b"))!).toString()).toBe("b");
});

test("a key that another machine has written meanwhile is no failure", async () => {
  const server = await givenS3Server();
  const { storage } = await opened(addressOf(server));
  await storage.write("a", Buffer.from("first"));
  for (const answer of [404, 412, 304]) {
    server.failNext(404, ...(answer === 404 ? [] : [answer]));
    await storage.write("a", Buffer.from("second"));
  }
  server.failNext(404, 409);
  await storage.write("a", Buffer.from("second"));
  expect(Buffer.from((await storage.read("a"))!).toString()).toBe("first");
});

test("a server that removes no several keys at once is asked for each", async () => {
  const server = await givenS3Server();
  const { storage } = await opened(addressOf(server));
  for (const key of ["a", "b", "c"]) await storage.write(key, Buffer.from(key));
  server.failNext(501);
  await storage.remove(["a", "b"]);
  expect([await storage.has("a"), await storage.has("b"), await storage.has("c")]).toEqual([false, false, true]);
});

test("a shared file that is not there, or too large, is the input's fault, and an unreachable server the machine's", async () => {
  const server = await givenS3Server();
  const { storage } = await opened(addressOf(server));
  const fetching = storage.fetch("images/missing.jpg");
  await expect(fetching).rejects.toMatchObject({ name: "PipelineError", kind: "input" });
  await expect(fetching).rejects.toThrow(/There is no "images\/missing.jpg" in s3:\/\/fleet\/ at http/);
  await expect(storage.share("/nowhere/a.jpg", "a")).rejects.toThrow(
    /Cannot read "\/nowhere\/a.jpg", which is to be shared/,
  );
  const { storage: nowhere } = await opened({ ...addressOf(server), endpoint: "http://127.0.0.1:1" });
  await expect(nowhere.has("a")).rejects.toThrow(WorkerUnfit);
});

test("a server that is not one of S3 is said to be none", async () => {
  const server = createServer((_, answer) =>
    answer.writeHead(404, { "content-type": "text/html" }).end("<html>no</html>"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const given = await givenS3Server();
  const { storage } = await opened({ ...addressOf(given), endpoint: `http://127.0.0.1:${port}` });
  await expect(storage.list("").next()).rejects.toThrow(/the answer is none of S3's: check the endpoint/);
});

test("closing removes the fetched files from this machine, and a file on its way is given up", async () => {
  const { server, storage, folder } = await withFiles({ a: 3_000_000, b: 10 }, 2 ** 30);
  await storage.fetch("b");
  expect(await readdir(folder)).toHaveLength(1);
  server.cutNext(1000);
  const fetching = storage.fetch("a").catch((error: Error) => error);
  await storage.close();
  await fetching;
  expect(await readdir(folder)).toEqual([]);
});

/** A storage in which so many files of 1000 bytes are shared together. */
async function withFilesTogether(count: number, maxBytes: number) {
  const server = await givenS3Server();
  const { storage, folder } = await opened(addressOf(server), maxBytes);
  const files = await temporaryFolder();
  const known = Array.from({ length: count }, (_, i) => ({ path: join(files, `${i}`), bytes: 1000 }));
  for (const { path } of known) await writeFile(path, Buffer.alloc(1000, path));
  const references = await storage.shareTogether(known, "images/some");
  return { server, storage, folder, known, references };
}

test("files that are shared together take few requests, and none of them is read where they are there already", async () => {
  const { server, storage, known, references } = await withFilesTogether(300, 2 ** 30);
  expect(server.requests.map((request) => request.split(" ")[0])).toEqual(["HEAD", "PUT"]);
  for (const { path } of known) await rm(path);
  expect(await storage.shareTogether(known, "images/some")).toEqual(references);
  expect(server.requests.map((request) => request.split(" ")[0])).toEqual(["HEAD", "PUT", "HEAD"]);
});

test("of files that lie together what is fetched of them is loaded once, and each is gone when it is released", async () => {
  const { server, storage, folder, known, references } = await withFilesTogether(20, 0);
  const held = await Promise.all(references.map((reference) => storage.fetch(reference)));
  expect(gets(server)).toBe(1);
  for (const [i, { path }] of held.entries())
    expect((await readFile(path)).equals(await readFile(known[i].path))).toBe(true);
  held[0].release();
  held[0].release();
  await expect.poll(() => existsSync(held[0].path)).toBe(false);
  // their bundle is held as long as one of them is
  expect((await filesIn(folder)).length).toBe(20);
  const again = await storage.fetch(references[0]);
  expect(gets(server)).toBe(1);
  for (const { release } of [...held, again]) release();
  await expect.poll(() => filesIn(folder)).toEqual([]);
});

test("a piece that a bundle does not have is refused, and leaves nothing", async () => {
  const { storage, folder } = await withFilesTogether(2, 0);
  await expect(storage.fetch("images/some-0//1500-501")).rejects.toMatchObject({
    name: "PipelineError",
    kind: "artifact",
  });
  await expect(storage.fetch("images/other//0-1")).rejects.toMatchObject({ name: "PipelineError", kind: "input" });
  await expect.poll(() => filesIn(folder)).toEqual([]);
});

test("closing while pieces are cut leaves nothing on this machine", async () => {
  const { storage, folder, references } = await withFilesTogether(50, 2 ** 30);
  const fetching = references.map((reference) => storage.fetch(reference).catch((error: Error) => error));
  await storage.close();
  for (const fetched of await Promise.all(fetching)) if ("release" in fetched) fetched.release();
  expect(await readdir(folder)).toEqual([]);
});
