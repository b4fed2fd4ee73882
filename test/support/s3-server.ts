import { createHash, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import S3rver from "s3rver";
import { listAsS3 } from "./s3-listing.ts";

export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  /** What processes that use it need in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** "GET /bucket/key", in the order in which they came. */
  readonly requests: readonly string[];
  /** How the next requests fail, each with one of these; the others are answered. */
  failNext(...answers: readonly (number | { status: number; code: string })[]): void;
  /** The next answer with content ends after so many bytes. */
  cutNext(bytes: number): void;
  stop(): Promise<void>;
}

const BUCKET = "fleet";

/**
 * Object storage in this process, on a free port, with one empty bucket. Beyond what s3rver does, an object is there whole or not at all, lists have
 * pages, and `If-None-Match: *` is known unless `knowsConditions` is false. It checks who asks, but not the secret.
 */
export async function startS3Server({ knowsConditions = true } = {}): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), "twinsift-s3-"));
  const server = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    directory,
    vhostBuckets: false,
    configureBuckets: [{ name: BUCKET }],
  });
  server.store.putObject = async ({ bucket, key, content }) => storeWhole(directory, bucket, key, content as Readable);
  listAsS3(server);
  const requests: string[] = [];
  const failures: { status: number; code: string }[] = [];
  let cut: number | undefined;
  server.middleware.unshift(async (context, next) => {
    const { method, path, headers } = context;
    requests.push(`${method} ${path}`);
    const failure = failures.shift();
    if (failure !== undefined) return refuse(context, failure.status, failure.code);
    const isConditional = knowsConditions && method === "PUT" && headers["if-none-match"] === "*";
    const [, bucket, ...key] = path.split("/").map(decodeURIComponent);
    if (isConditional && (await server.store.existsObject(bucket, key.join("/"))))
      return refuse(context, 412, "PreconditionFailed");
    await next();
    if (cut === undefined || method !== "GET") return;
    cutAfter(context.body as Readable, context.res, cut);
    cut = undefined;
  });
  const { port } = await server.run();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: BUCKET,
    env: { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER", AWS_EC2_METADATA_DISABLED: "true" },
    requests,
    failNext(...answers) {
      for (const answer of answers)
        failures.push(typeof answer === "number" ? { status: answer, code: "InternalError" } : answer);
    },
    cutNext: (bytes) => {
      cut = bytes;
    },
    async stop() {
      server.httpServer.closeAllConnections();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** s3rver itself writes into the object that others read, and answers before all is written. */
async function storeWhole(directory: string, bucket: string, key: string, content: Readable) {
  const bytes = await buffer(content);
  const md5 = createHash("md5").update(bytes).digest("hex");
  const place = join(directory, bucket, `${key}._S3rver_`);
  const unfinished = join(directory, randomUUID());
  await mkdir(dirname(place), { recursive: true });
  await writeFile(`${place}object.md5`, md5);
  await writeFile(`${place}metadata.json`, "{}");
  await writeFile(unfinished, bytes);
  await rename(unfinished, `${place}object`);
  return { size: bytes.length, md5 };
}

function refuse(context: S3rver.Context, status: number, code: string): void {
  context.req.resume();
  context.status = status;
  context.body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>as the test wants it</Message></Error>`;
}

/** The answer's head has promised more. */
function cutAfter(content: Readable, answer: S3rver.Context["res"], bytes: number): void {
  let seen = 0;
  content.on("data", (chunk: Buffer) => {
    seen += chunk.length;
    if (seen >= bytes) answer.destroy();
  });
}
