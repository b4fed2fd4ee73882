import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { parse, resolve } from "node:path";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { planKey, WorkerUnfit } from "#fleet/fleet-plan.ts";
import type { CacheRoom } from "#fleet/storage/file-cache.ts";
import type { FleetStorage, StorageAddress } from "#fleet/storage/fleet-storage.ts";
import { FolderStorage } from "#fleet/storage/folder-storage.ts";
import type { S3Address } from "#fleet/storage/s3-bucket.ts";

const S3 = "s3://";
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; other servers have fewer rules. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/;
const ACCEPTED = `expected a folder that all machines see, or ${S3}bucket/prefix`;

/** What a person says of a storage beside its name. */
export interface StorageOptions {
  /** Of a server other than Amazon's; null = as AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL says, else Amazon's. */
  readonly endpoint: string | null;
  /** Null = as the AWS settings of each machine say. */
  readonly region: string | null;
}

export interface OpenedFor {
  /** Before all keys of the run: "" or ending with "/". */
  readonly space: string;
  /** For files that are fetched from a bucket. */
  readonly cache: CacheRoom;
  /** The plan of a run must lie in the space: so it is with a worker. Nothing is made where it does not. */
  readonly isJoined: boolean;
}

/**
 * What a person means by the text of a storage.
 *
 * @param text "s3://bucket/prefix"; a folder; null = all machines have the same paths, from the root of the disk on
 * @throws PipelineError `settings`
 */
export function storageAddress(text: string | null, { endpoint, region }: StorageOptions): StorageAddress {
  if (text?.startsWith(S3)) return s3Address(text, endpoint, region);
  const option = endpoint ?? region;
  if (option !== null)
    throw new PipelineError("settings", `"${option}" is said of object storage, but the storage is none: ${ACCEPTED}`);
  if (text === null) return { kind: "folder", root: parse(process.cwd()).root };
  if (text === "") throw new PipelineError("settings", `The storage has no name: ${ACCEPTED}`);
  const root = resolve(text);
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new PipelineError("settings", `Found no folder "${root}" for the storage: ${ACCEPTED}`);
  return { kind: "folder", root };
}

/** No run lies where one was said to be: a network folder may show it late. */
export class PlanNotFound extends PipelineError {
  constructor(message: string) {
    super("input", message);
  }
}

/**
 * Opens a storage and tries it: lists, writes, reads and removes.
 *
 * @throws PipelineError `input` that says what cannot be done and why, or that no run lies there
 */
export async function openStorage(
  address: StorageAddress,
  { space, cache, isJoined }: OpenedFor,
): Promise<FleetStorage> {
  const anchor = planKey(space);
  let storage: FleetStorage | undefined;
  try {
    storage =
      address.kind === "s3"
        ? await openS3(address, cache)
        : new FolderStorage(address.root, isJoined ? anchor : undefined);
    // a list that is refused says why; asking whether one key is there does not
    for await (const _key of storage.list(`${space}plan`)) break;
    if (isJoined && !(await storage.has(anchor))) throw notThere(storage.name, anchor);
    await tryOut(storage, `${space}trial-${randomUUID()}`);
    return storage;
  } catch (error) {
    await storage?.close();
    if (error instanceof WorkerUnfit) throw new PipelineError("input", messageOf(error), { cause: error });
    throw error;
  }
}

/** The library takes long to load. */
async function openS3(address: S3Address, cache: CacheRoom): Promise<FleetStorage> {
  const { S3Storage } = await import("#fleet/storage/s3-storage.ts");
  return S3Storage.open(address, cache);
}

async function tryOut(storage: FleetStorage, key: string): Promise<void> {
  const written = Buffer.from(key);
  await storage.write(key, written);
  const found = await storage.read(key);
  await storage.remove([key]);
  if (found !== undefined && written.equals(found)) return;
  const what = found === undefined ? "nothing" : `${found.length} other bytes`;
  throw new PipelineError(
    "input",
    `Cannot use ${storage.name}: ${JSON.stringify(key)} was written, and then ${what} found; expected what was written`,
  );
}

function notThere(name: string, anchor: string): PlanNotFound {
  const advice = "is it mounted? --storage names what the planner uses, as this machine sees it";
  return new PlanNotFound(`No run lies in ${name}: found no ${JSON.stringify(anchor)} there; ${advice}`);
}

function s3Address(text: string, endpoint: string | null, region: string | null): StorageAddress {
  const [bucket, ...parts] = text.slice(S3.length).split("/");
  const prefix = parts.join("/").replace(/\/+$/, "");
  const refused = (found: string) =>
    new PipelineError("settings", `"${text}" cannot be a storage: ${found}; ${ACCEPTED}`);
  if (!BUCKET.test(bucket)) throw refused(`"${bucket}" is no name of a bucket`);
  const odd =
    prefix === "" ? undefined : prefix.split("/").find((part) => part === "" || part === "." || part === "..");
  if (odd !== undefined) throw refused(`"${odd}" is no part of a prefix`);
  return { kind: "s3", bucket, prefix: prefix === "" ? "" : `${prefix}/`, endpoint: endpointOf(endpoint), region };
}

/** What the library would take from the environment; all machines are told the same. */
function endpointOf(given: string | null): string | null {
  const text = given ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? null;
  if (text === null || text === "") return null;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const expected = 'expected the address of its server, as in "http://storage.local:9000"';
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new PipelineError("settings", `"${text}" cannot be the endpoint of object storage; ${expected}`);
  if (url.username !== "" || url.password !== "") {
    const advice = "put them into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    throw new PipelineError(
      "settings",
      `The endpoint "${url.host}" has credentials in it, which all machines would be told: ${advice}`,
    );
  }
  return text;
}
