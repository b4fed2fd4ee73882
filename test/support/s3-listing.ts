import { AsyncLocalStorage } from "node:async_hooks";
import type S3rver from "s3rver";
import { compareUtf8 } from "#base/compare-utf8.ts";

const PAGE_KEYS = 1000;

/**
 * Lists as S3 does: in the order of bytes, further pages, odd characters escaped. s3rver would need DES for further pages, which Node.js no
 * longer has, and knows no other order than that of its files.
 */
export function listAsS3(server: S3rver): void {
  const pages = new AsyncLocalStorage<{ last: string | undefined }>();
  const listObjects = server.store.listObjects.bind(server.store);
  server.store.listObjects = async (bucket, options) => {
    const { objects, ...others } = await listObjects(bucket, { ...options, maxKeys: Number.POSITIVE_INFINITY });
    objects.sort((a, b) => compareUtf8(a.key, b.key));
    const some = objects.slice(0, PAGE_KEYS);
    const page = pages.getStore();
    if (page !== undefined && objects.length > PAGE_KEYS) page.last = some.at(-1)?.key;
    for (const object of some) object.key = escaped(object.key);
    return { ...others, objects: some };
  };
  server.middleware.unshift(async (context, next) => {
    const { "list-type": type, "continuation-token": token, ...query } = context.query;
    if (context.method !== "GET" || type !== "2") return next();
    const after = token === undefined ? {} : { "start-after": Buffer.from(token, "base64url").toString() };
    context.query = { "list-type": type, ...query, ...after };
    const page = { last: undefined as string | undefined };
    await pages.run(page, next);
    if (typeof context.body !== "string") return;
    const more =
      page.last === undefined ? "" : `<NextContinuationToken>${base64url(page.last)}</NextContinuationToken>`;
    context.body = context.body
      .replace(/<IsTruncated>.*<\/IsTruncated>/, `<IsTruncated>${page.last !== undefined}</IsTruncated>${more}`)
      .replace("</ListBucketResult>", "<EncodingType>url</EncodingType></ListBucketResult>");
  });
}

const base64url = (text: string) => Buffer.from(text).toString("base64url");

const escaped = (key: string) => encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");
