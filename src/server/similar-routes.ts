import type { FastifyInstance } from "fastify";
import { unknownImage } from "#server/answer-errors.ts";
import { askedObjectId } from "#server/asked-object-id.ts";
import { answerWithin } from "#server/patience.ts";
import { checkPictureType } from "#server/picture-body.ts";
import type { ReceivedFiles } from "#server/received-files.ts";
import { Refusal } from "#server/refusal.ts";
import { type SimilarQuerystring, similarToBody, similarToImage } from "#server/schemas.ts";
import type { Turns } from "#server/turns.ts";
import type { SimilarImage, SimilarImages } from "#similarity/similar-images.ts";

export interface PictureRoutes {
  readonly similar: SimilarImages;
  readonly pictures: Turns;
  readonly received: ReceivedFiles;
  /** Within which a picture has arrived, lies on the disk, and is answered. */
  readonly pictureSeconds: number;
}

interface SimilarRoutes extends PictureRoutes {
  readonly questions: Turns;
  readonly answerSeconds: number;
}

/** GET /similar/<object id> and POST /similar. */
export function addSimilarRoutes(app: FastifyInstance, routes: SimilarRoutes): void {
  const { similar, questions, pictures, received, answerSeconds, pictureSeconds } = routes;
  app.get<{ Querystring: SimilarQuerystring }>("/similar/*", { schema: similarToImage }, async (request, reply) => {
    const objectId = askedObjectId(request.url);
    if (!similar.find(objectId)) throw unknownImage(objectId);
    const found = await answerWithin(answerSeconds, reply.raw, (signal) =>
      questions.run(() => similar.similarTo(objectId, request.query), signal),
    );
    return answer(objectId, found);
  });
  app.post<{ Querystring: SimilarQuerystring }>("/similar", { schema: similarToBody }, async (request, reply) => {
    if (similar.facts.model === undefined) throw withoutModel();
    checkPictureType(request.headers["content-type"]);
    const found = await answerWithin(pictureSeconds, reply.raw, (signal) =>
      received.with(request.raw, (path) => pictures.run(() => similar.similarToPicture(path, request.query), signal)),
    );
    return answer(null, found);
  });
}

function answer(queryObjectId: string | null, similarImages: readonly SimilarImage[]): object {
  return { time: Date.now(), queryObjectId, similarImages };
}

/** A server of features that came without a model. */
export function withoutModel(): Refusal {
  return new Refusal(501, "Found a picture, but this server has features without a model; ask for an id of its index");
}
