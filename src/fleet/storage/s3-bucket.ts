import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import pLimit from "p-limit";
import { messageOf } from "#base/pipeline-error.ts";
import { BrokenOff, untilWhole } from "#fleet/storage/broken-off.ts";
import type { StorageAddress } from "#fleet/storage/fleet-storage.ts";
import { isPassing, statusOf } from "#fleet/storage/s3-failure.ts";

export type S3Address = Extract<StorageAddress, { kind: "s3" }>;

/** An object on its way. */
export interface S3Object {
  readonly bytes: number;
  readonly content: Readable;
}

const ATTEMPTS = 5;
const CONNECT_MILLISECONDS = 10_000;
/** Without a byte in either direction. */
const SILENT_MILLISECONDS = 30_000;
const REMOVED_AT_ONCE = 1000;
const REQUESTS_AT_ONCE = 16;

/**
 * The requests that a storage needs, on keys as they stand in the bucket. What fails is thrown as the library has it.
 * The requests: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
export class S3Bucket {
  readonly #client: S3Client;
  readonly #name: string;
  #knowsConditions = true;

  constructor(address: S3Address) {
    this.#client = new S3Client(clientConfig(address));
    this.#name = address.bucket;
  }

  async has(key: string): Promise<boolean> {
    try {
      await this.#client.send(new HeadObjectCommand({ Bucket: this.#name, Key: key }));
      return true;
    } catch (error) {
      if (isNoKey(error)) return false;
      throw error;
    }
  }

  /** @returns undefined where there is no such key */
  async get(key: string): Promise<S3Object | undefined> {
    try {
      const { Body, ContentLength } = await this.#client.send(new GetObjectCommand({ Bucket: this.#name, Key: key }));
      if (Body === undefined || ContentLength === undefined) throw new Error("expected a length, found none");
      return { bytes: ContentLength, content: Body as Readable };
    } catch (error) {
      if (isNoKey(error)) return undefined;
      throw error;
    }
  }

  /** Whole or not at all, as S3 promises. What is there already stays where the server knows conditions. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await untilWhole(() => this.#putOnce(key, bytes, bytes.length));
  }

  /** @param size of the file, in bytes */
  async putFile(key: string, path: string, size: number): Promise<void> {
    await untilWhole(async () => {
      const content = createReadStream(path, { end: size - 1 });
      try {
        await this.#putOnce(key, content, size);
      } catch (error) {
        // the library repeats no streams
        throw isPassing(error) ? new BrokenOff(messageOf(error), { cause: error }) : error;
      } finally {
        content.destroy();
      }
    });
  }

  /** A page of keys in the order of their bytes, and what the next one is asked for with. */
  async page(prefix: string, next?: string): Promise<{ keys: string[]; next: string | undefined }> {
    // characters that XML cannot have would make the answer unreadable
    const asked = { Bucket: this.#name, Prefix: prefix, EncodingType: "url" as const };
    const command = new ListObjectsV2Command(next === undefined ? asked : { ...asked, ContinuationToken: next });
    const { Contents = [], EncodingType, IsTruncated, NextContinuationToken } = await this.#client.send(command);
    const keys = Contents.map(({ Key = "" }) => (EncodingType === "url" ? decodedKey(Key) : Key));
    return { keys, next: IsTruncated === true ? NextContinuationToken : undefined };
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += REMOVED_AT_ONCE)
      await this.#removeSome(keys.slice(from, from + REMOVED_AT_ONCE));
  }

  destroy(): void {
    this.#client.destroy();
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
  async #putOnce(key: string, content: Uint8Array | Readable, size: number): Promise<void> {
    const asked = { Bucket: this.#name, Key: key, Body: content, ContentLength: size };
    const command = new PutObjectCommand(this.#knowsConditions ? { ...asked, IfNoneMatch: "*" } : asked);
    try {
      await this.#client.send(command);
    } catch (error) {
      const status = statusOf(error);
      // 304 is what older MinIO answers
      if (status === 412 || status === 304) return;
      // another machine writes this key now
      if (status === 409) throw new BrokenOff(messageOf(error), { cause: error });
      if (status !== 501 || !this.#knowsConditions) throw error;
      this.#knowsConditions = false;
      throw new BrokenOff(messageOf(error), { cause: error });
    }
  }

  /** Servers that know no CRC-32, or nothing of several keys, are asked for one after the other. */
  async #removeSome(keys: readonly string[]): Promise<void> {
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
    let left = keys;
    try {
      const { Errors = [] } = await this.#client.send(new DeleteObjectsCommand({ Bucket: this.#name, Delete }));
      left = Errors.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    } catch (error) {
      const status = statusOf(error);
      if (status === undefined || ![400, 405, 501].includes(status)) throw error;
    }
    const limit = pLimit(REQUESTS_AT_ONCE);
    const one = (Key: string) => this.#client.send(new DeleteObjectCommand({ Bucket: this.#name, Key }));
    await Promise.all(left.map((key) => limit(one, key)));
  }
}

const say = () => undefined;
/** What fails is thrown; the library would also write it to the terminal. */
const SILENT = { trace: say, debug: say, info: say, warn: say, error: say };

function clientConfig({ endpoint, region }: S3Address): S3ClientConfig {
  // it speaks to those who choose the version
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const config: S3ClientConfig = {
    maxAttempts: ATTEMPTS,
    retryMode: "standard",
    followRegionRedirects: true,
    logger: SILENT,
    requestHandler: {
      connectionTimeout: CONNECT_MILLISECONDS,
      socketTimeout: SILENT_MILLISECONDS,
      logger: SILENT,
    },
  };
  if (endpoint === null) return region === null ? config : { ...config, region };
  return {
    ...config,
    endpoint,
    region: region ?? process.env.AWS_REGION ?? "us-east-1",
    forcePathStyle: true,
    // many servers know no checksums behind the content
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  };
}

function isNoKey(error: unknown): boolean {
  return statusOf(error) === 404 && (error as Error).name !== "NoSuchBucket";
}

function decodedKey(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}
