import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { FleetStorage, StorageAddress } from "#fleet/storage/fleet-storage.ts";
import { openStorage } from "#fleet/storage/open-storage.ts";
import { type S3Server, startS3Server } from "./s3-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export const SPACE = "output/fleet/";

/** A storage with nothing in it, of either kind. */
export interface GivenStorage {
  readonly storage: FleetStorage;
  /** The same one, as another machine opens it. */
  another(): Promise<FleetStorage>;
  readonly address: StorageAddress;
  /** Files that are shared may lie here. */
  readonly folder: string;
}

export const KINDS = ["folder", "s3"] as const;

/** Goes when the test ends. */
export async function givenStorage(kind: (typeof KINDS)[number], maxBytes = 2 ** 30): Promise<GivenStorage> {
  const folder = await temporaryFolder();
  const address = kind === "s3" ? addressOf(await givenS3Server(), "some/prefix/") : { kind, root: folder };
  await mkdir(join(folder, "images"));
  const another = async () => {
    const storage = await openStorage(address, {
      space: SPACE,
      cache: { folder: join(folder, "cache"), maxBytes },
      isJoined: false,
    });
    onTestFinished(() => storage.close());
    return storage;
  };
  return { storage: await another(), another, address, folder: join(folder, "images") };
}

/** A server that stops when the test ends; this process has its credentials meanwhile. */
export async function givenS3Server(options?: { knowsConditions: boolean }): Promise<S3Server> {
  const server = await startS3Server(options);
  const before = { ...process.env };
  Object.assign(process.env, server.env);
  onTestFinished(async () => {
    for (const name of Object.keys(server.env)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    await server.stop();
  });
  return server;
}

export function addressOf({ endpoint, bucket }: S3Server, prefix = ""): Extract<StorageAddress, { kind: "s3" }> {
  return { kind: "s3", bucket, prefix, endpoint, region: null };
}
