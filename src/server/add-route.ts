import type { FastifyInstance } from "fastify";
import { messageOf } from "#base/pipeline-error.ts";
import { imagePath } from "#server/asked-object-id.ts";
import { answerWithin } from "#server/patience.ts";
import { checkPictureType } from "#server/picture-body.ts";
import { Refusal } from "#server/refusal.ts";
import { type AddQuerystring, addImage } from "#server/schemas.ts";
import { type PictureRoutes, withoutModel } from "#server/similar-routes.ts";
import { refuseUnfitName } from "#similarity/added-images.ts";

/** POST /images: an image that can be found at once, and by the next run. */
export function addAddRoute(app: FastifyInstance, routes: PictureRoutes & { readonly canAdd: boolean }): void {
  const { similar, pictures, received, pictureSeconds, canAdd } = routes;
  app.post<{ Querystring: AddQuerystring }>("/images", { schema: addImage }, async (request, reply) => {
    if (!canAdd) throw notEnabled();
    if (similar.facts.model === undefined) throw withoutModel();
    const { name } = request.query;
    if (name !== undefined) checkName(name);
    checkPictureType(request.headers["content-type"]);
    const added = await answerWithin(pictureSeconds, reply.raw, (signal) =>
      received.with(request.raw, (path) => pictures.run(() => similar.add(path, name), signal)),
    );
    const { objectId, isNew } = added;
    return reply
      .code(isNew ? 201 : 200)
      .header("location", imagePath(objectId))
      .send({ objectId, isNew });
  });
}

function notEnabled(): Refusal {
  return new Refusal(403, "Adding images is not enabled; start the server with --add-to FOLDER");
}

/** @throws Refusal 400 for what is no name of a file on every system */
function checkName(name: string): void {
  try {
    refuseUnfitName(name);
  } catch (error) {
    throw new Refusal(400, messageOf(error));
  }
}
