import { readdir, writeFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { expect, test, vi } from "vitest";
import type { StorageAddress } from "#fleet/storage/fleet-storage.ts";
import { openStorage, storageAddress } from "#fleet/storage/open-storage.ts";
import { addressOf, givenS3Server, givenStorage, KINDS, SPACE } from "../support/given-storages.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NOTHING_SAID = { endpoint: null, region: null };

async function opening(address: StorageAddress, isJoined = false) {
  return openStorage(address, { space: SPACE, cache: { folder: await temporaryFolder(), maxBytes: 1000 }, isJoined });
}

test("an address is a folder, a bucket with a prefix, or the root of the disk", async () => {
  const folder = await temporaryFolder();
  const s3 = { kind: "s3", endpoint: null, region: null } as const;
  expect(storageAddress(null, NOTHING_SAID)).toEqual({ kind: "folder", root: parse(folder).root });
  expect(storageAddress(folder, NOTHING_SAID)).toEqual({ kind: "folder", root: folder });
  expect(storageAddress("s3://bucket", NOTHING_SAID)).toEqual({ ...s3, bucket: "bucket", prefix: "" });
  expect(storageAddress("s3://bucket/", NOTHING_SAID)).toEqual({ ...s3, bucket: "bucket", prefix: "" });
  for (const text of ["s3://bucket/a b/ü", "s3://bucket/a b/ü/", "s3://bucket/a b/ü//"])
    expect(storageAddress(text, NOTHING_SAID)).toEqual({ ...s3, bucket: "bucket", prefix: "a b/ü/" });
  const said = { endpoint: "http://storage.local:9000", region: "eu-west-1" };
  expect(storageAddress("s3://bucket", said)).toEqual({ kind: "s3", bucket: "bucket", prefix: "", ...said });
});

test("the endpoint that the environment names for Amazon's tools is told to all machines", () => {
  vi.stubEnv("AWS_ENDPOINT_URL", "http://storage.local:9000");
  expect(storageAddress("s3://bucket", NOTHING_SAID)).toMatchObject({ endpoint: "http://storage.local:9000" });
  vi.stubEnv("AWS_ENDPOINT_URL_S3", "http://other.local:9000");
  expect(storageAddress("s3://bucket", NOTHING_SAID)).toMatchObject({ endpoint: "http://other.local:9000" });
  vi.unstubAllEnvs();
});

test.each([
  ["", null, /The storage has no name: expected a folder/],
  ["/nowhere/at/all", null, /Found no folder "\/nowhere\/at\/all" for the storage: expected a folder/],
  ["https://bucket.example", null, /Found no folder/],
  ["s3://", null, /"" is no name of a bucket/],
  ["s3://a b/c", null, /"a b" is no name of a bucket/],
  ["s3://bucket/../x", null, /"\.\." is no part of a prefix/],
  ["s3://bucket//x", null, /"" is no part of a prefix/],
  ["s3://bucket", "storage.local:9000", /"storage.local:9000" cannot be the endpoint of object storage; expected/],
  ["s3://bucket", "http://key:secret@storage.local", /"storage.local" has credentials in it/],
  [null, "http://storage.local", /"http:\/\/storage.local" is said of object storage, but the storage is none/],
])("the address %j with the endpoint %j is refused", (text, endpoint, message) => {
  expect(() => storageAddress(text, { endpoint, region: null })).toThrow(message);
  expect(() => storageAddress(text, { endpoint, region: null })).toThrow(expect.objectContaining({ kind: "settings" }));
});

test.each(KINDS)("%s: opening leaves nothing, and a worker joins only where a plan lies", async (kind) => {
  const { storage, address } = await givenStorage(kind);
  const keys = async () => {
    const found: string[] = [];
    for await (const key of storage.list(SPACE)) found.push(key);
    return found;
  };
  expect(await keys()).toEqual([]);
  const joining = opening(address, true);
  await expect(joining).rejects.toMatchObject({ kind: "input" });
  await expect(joining).rejects.toThrow(/No run lies in .*: found no "output\/fleet\/plan.json" there; is it mounted/);
  await storage.write(`${SPACE}plan.json`, Buffer.from("{}"));
  await (await opening(address, true)).close();
  expect(await keys()).toEqual([`${SPACE}plan.json`]);
});

test("a worker makes nothing in a folder where no run lies", async () => {
  const root = await temporaryFolder();
  await expect(opening({ kind: "folder", root }, true)).rejects.toThrow(/No run lies in the folder/);
  expect(await readdir(root)).toEqual([]);
});

test("a folder that cannot be written is refused before anything is done", async () => {
  const root = join(await temporaryFolder(), "file");
  await writeFile(root, "no folder");
  await expect(opening({ kind: "folder", root })).rejects.toMatchObject({ name: "PipelineError" });
});

test("a bucket that is not there, wrong credentials, none, and no server are told apart", async () => {
  const server = await givenS3Server();
  const address = addressOf(server);
  const messageOf = async (given: StorageAddress) => {
    const error = await opening(given).then(
      () => expect.fail("it was opened"),
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ name: "PipelineError", kind: "input" });
    return error.message;
  };
  const where = server.endpoint;
  expect(await messageOf({ ...address, bucket: "missing" })).toMatch(
    `Cannot list "output/fleet/plan" in s3://missing/ at ${where}: there is no such bucket: check its name`,
  );
  expect(await messageOf({ ...address, endpoint: "http://127.0.0.1:1" })).toMatch(
    /at http:\/\/127.0.0.1:1: nothing answers/,
  );
  server.failNext({ status: 403, code: "SignatureDoesNotMatch" });
  expect(await messageOf(address)).toMatch(/the secret key is not the right one: check AWS_ACCESS_KEY_ID and/);
  server.failNext({ status: 403, code: "AccessDenied" });
  expect(await messageOf(address)).toMatch(/refused: the credentials must allow s3:ListBucket, s3:GetObject/);
  server.failNext({ status: 403, code: "RequestTimeTooSkewed" });
  expect(await messageOf(address)).toMatch(/the clock of this machine or of the server is wrong: set it/);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "nobody");
  expect(await messageOf(address)).toMatch(/the credentials are not known there/);
  vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
  vi.stubEnv("AWS_CONFIG_FILE", "/nowhere");
  expect(await messageOf(address)).toMatch(/found no credentials: check AWS_ACCESS_KEY_ID and/);
  vi.unstubAllEnvs();
});
