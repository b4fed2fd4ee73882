import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { createGzip, gunzip } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { isKnown } from "#server/known-already.ts";
import { answerWithin } from "#server/patience.ts";
import { page as pageSchema } from "#server/schemas.ts";
import type { ServedPage } from "#server/server-options.ts";

/** Larger pages are made anew each time they are asked for. */
const MOST_KEPT_BYTES = 64 * 2 ** 20;

export interface PageRoute {
  readonly page: () => ServedPage | Promise<ServedPage>;
  readonly answerSeconds: number;
}

/** GET /: the page, compressed and kept as long as it stays the same. */
export function addPageRoute(app: FastifyInstance, { page, answerSeconds }: PageRoute): void {
  const kept = new KeptPage();
  app.get("/", { schema: pageSchema }, async (request, reply) => {
    const current = await page();
    const isCompressed = acceptsGzip(request.headers["accept-encoding"]);
    const tag = `"${createHash("sha256").update(`${current.version} ${isCompressed}`).digest("base64url")}"`;
    reply.headers({ etag: tag, "cache-control": "private, no-cache", vary: "accept-encoding, cookie" });
    reply.header("content-security-policy", "frame-ancestors 'none'").type("text/html; charset=utf-8");
    if (isKnown(request, tag)) return reply.code(304).send();
    const compressed = await answerWithin(answerSeconds, reply.raw, () => kept.of(current));
    if (compressed && !isCompressed) return reply.send(await promisify(gunzip)(compressed));
    if (isCompressed) reply.header("content-encoding", "gzip");
    if (compressed) return reply.send(compressed);
    const html = Readable.from(current.html());
    return reply.send(isCompressed ? html.pipe(createGzip()) : html);
  });
}

function acceptsGzip(encodings: string | string[] | undefined): boolean {
  return String(encodings ?? "")
    .split(",")
    .some((each) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(each));
}

/** The page of one version, with gzip; several who ask at a time wait for one. */
class KeptPage {
  #version: string | undefined;
  #compressed: Promise<Buffer | undefined> = Promise.resolve(undefined);

  /** Undefined where it is too large to be kept. */
  of(page: ServedPage): Promise<Buffer | undefined> {
    if (page.version === this.#version) return this.#compressed;
    this.#version = page.version;
    this.#compressed = compressedUpTo(MOST_KEPT_BYTES, page.html());
    this.#compressed.catch(() => {
      // the next who asks has it made anew
      if (this.#version === page.version) this.#version = undefined;
    });
    return this.#compressed;
  }
}

async function compressedUpTo(most: number, html: AsyncIterable<string>): Promise<Buffer | undefined> {
  const source = Readable.from(html);
  const gzip = createGzip();
  source.on("error", (error) => gzip.destroy(error));
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source.pipe(gzip)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > most) {
      source.destroy();
      return undefined;
    }
  }
  return Buffer.concat(chunks);
}
