import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { THUMBNAIL_VERSION } from "#images/encode-thumbnail.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import { isMissing, unknownImage } from "#server/answer-errors.ts";
import { askedObjectId } from "#server/asked-object-id.ts";
import { ImageList } from "#server/image-list.ts";
import { isKnown } from "#server/known-already.ts";
import { answerWithin } from "#server/patience.ts";
import { pictureType, TELLING_BYTES } from "#server/picture-type.ts";
import { quoted, Refusal } from "#server/refusal.ts";
import { type ImageQuerystring, imageList, type ListQuerystring, oneImage } from "#server/schemas.ts";
import type { Thumbnails } from "#server/thumbnails.ts";
import type { IndexedImage, SimilarImages } from "#similarity/similar-images.ts";

/** What a picture might bring along, a script in an SVG above all, does nothing. */
const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";
/** Browsers ask again for every picture, and are told when it is the same. */
const ASK_AGAIN = "private, no-cache";
const ASK_AGAIN_AFTER_MINUTES = "private, max-age=300";

export interface ImageRoutes {
  readonly similar: SimilarImages;
  readonly thumbnails: Thumbnails;
  readonly answerSeconds: number;
}

/** GET /images and GET /images/<object id>. */
export function addImageRoutes(app: FastifyInstance, routes: ImageRoutes): void {
  const { similar } = routes;
  const list = new ImageList();
  app.get<{ Querystring: ListQuerystring }>("/images", { schema: imageList }, async ({ query }) => {
    const found = await list.find(similar.objectIds, query.query);
    const shown = found.slice(query.offset, query.offset + query.limit);
    const images = shown.map((objectId) => {
      // an index that has just taken the place of the other may not have it
      const { width = 0, height = 0 } = similar.find(objectId) ?? {};
      return { objectId, width, height };
    });
    return { total: found.length, images };
  });
  app.get<{ Querystring: ImageQuerystring }>("/images/*", { schema: oneImage }, async (request, reply) => {
    const objectId = askedObjectId(request.url);
    const image = similar.find(objectId);
    if (!image) throw unknownImage(objectId);
    const path = similar.pathOf(objectId);
    if (path === undefined) throw new Refusal(404, `The image ${quoted(objectId)} has features only, and no file`);
    reply.header("content-security-policy", PICTURE_POLICY);
    const { width } = request.query;
    return width === undefined
      ? sendFile(image, path, request, reply)
      : sendThumbnail({ image, path, side: width }, routes, request, reply);
  });
}

async function sendFile(
  image: IndexedImage,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { file, size, tag } = await openImage(image, path);
  try {
    reply.headers({ etag: tag, "cache-control": ASK_AGAIN });
    if (isKnown(request, tag)) {
      await file.close();
      return reply.code(304).send();
    }
    const start = Buffer.alloc(TELLING_BYTES);
    const { bytesRead } = await file.read(start, 0, TELLING_BYTES, 0);
    const type = pictureType(start.subarray(0, bytesRead));
    // what browsers do not show is not theirs to guess at
    if (type === undefined) reply.header("content-disposition", "attachment");
    reply.type(type ?? "application/octet-stream").header("content-length", size);
    if (size === 0) {
      await file.close();
      return reply.send();
    }
    // never more than was announced, should the file grow meanwhile
    return reply.send(file.createReadStream({ start: 0, end: size - 1 }));
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @throws Refusal 410 where the file is gone */
async function openImage(
  image: IndexedImage,
  path: string,
): Promise<{ readonly file: FileHandle; readonly size: number; readonly tag: string }> {
  // a pipe in the place of a file would else be waited for
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((error) => {
    throw isMissing(error) ? gone(image) : error;
  });
  try {
    const status = await file.stat();
    if (!status.isFile()) throw gone(image);
    return { file, size: status.size, tag: `"${status.size.toString(36)}-${status.mtimeMs.toString(36)}"` };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function sendThumbnail(
  { image, path, side }: { readonly image: IndexedImage; readonly path: string; readonly side: number },
  { thumbnails, answerSeconds }: ImageRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const content = image.sha256 === "" ? await stateOf(image, path) : image.sha256;
  const tag = `"${content}-${side}-${THUMBNAIL_VERSION}"`;
  reply.headers({ etag: tag, "cache-control": ASK_AGAIN_AFTER_MINUTES });
  if (isKnown(request, tag)) return reply.code(304).send();
  const making = (signal: AbortSignal) => thumbnails.of(path, { content, side, signal });
  const jpeg = await answerWithin(answerSeconds, reply.raw, making).catch(async (error) => {
    // the reader of pictures tells only that it could not have it
    if (error instanceof UnreadablePicture && error.fault === "circumstances") await stateOf(image, path);
    throw error;
  });
  return reply.type("image/jpeg").send(jpeg);
}

/** @throws Refusal 410 where the file is gone */
async function stateOf(image: IndexedImage, path: string): Promise<string> {
  const { file, tag } = await openImage(image, path);
  await file.close();
  return tag.slice(1, -1);
}

function gone({ objectId }: IndexedImage): Refusal {
  return new Refusal(410, `The file of the image ${quoted(objectId)} is gone; the next run takes it off the index`);
}
