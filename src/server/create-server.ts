import { type FastifyInstance, fastify } from "fastify";
import { guard } from "#server/access.ts";
import { addAddRoute } from "#server/add-route.ts";
import { answerBadUrl, answerErrors } from "#server/answer-errors.ts";
import { connectionOptions, limitConnections } from "#server/connection-limits.ts";
import { addImageRoutes } from "#server/image-routes.ts";
import { Metrics } from "#server/metrics.ts";
import { describeRoutes } from "#server/openapi.ts";
import { addPageRoute } from "#server/page-route.ts";

import { ReceivedFiles } from "#server/received-files.ts";
import type { ServerOptions } from "#server/server-options.ts";
import { addSimilarRoutes } from "#server/similar-routes.ts";
import { addStateRoutes } from "#server/state-routes.ts";
import { Thumbnails } from "#server/thumbnails.ts";
import { Token } from "#server/token.ts";
import { Turns } from "#server/turns.ts";
import { describeQueryError, readParameters } from "#server/url-parameters.ts";
import type { SimilarImages } from "#similarity/similar-images.ts";

/**
 * An HTTP server that answers what is like an image of the index, or a picture. It does not listen yet; `close()` answers what has begun,
 * and leaves `similar` open.
 *
 * @throws PipelineError `settings` for a token that is too short
 */
export async function createServer(similar: SimilarImages, options: ServerOptions): Promise<FastifyInstance> {
  const { limits, log, cors } = options;
  const token = options.token === undefined ? undefined : new Token(options.token);
  const app = fastify({
    ...connectionOptions(limits),
    // URLs have a limit of their own
    routerOptions: { maxParamLength: Number.MAX_SAFE_INTEGER },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: true, verbose: true } },
    schemaErrorFormatter: (errors) => describeQueryError(errors),
    frameworkErrors: (_, __, reply) => answerBadUrl(reply.raw),
  });
  const received = await ReceivedFiles.open(limits.maxBodyBytes, limits.maxBodyBytes * limits.maxConcurrent);
  app.addHook("onClose", () => received.close());
  const questions = new Turns(limits.maxConcurrent, limits.maxWaiting);
  // pictures that take long to decode are not in the way of questions about images of the index
  const pictures = new Turns(limits.maxConcurrent, limits.maxWaiting);
  // one at a time: the second of two with the same bytes finds the first
  const adding = new Turns(1, limits.maxWaiting);
  const drawing = new Turns(options.thumbnailsAtOnce, limits.maxWaiting);
  const thumbnails = new Thumbnails(options.thumbnail, drawing);
  const metrics = new Metrics({
    similar,
    received,
    turns: { questions, pictures, added: adding, thumbnails: drawing },
  });
  // bodies are taken as they come, by the routes that want one
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_, __, done) => done(null));
  metrics.watch(app, log);
  limitConnections(app);
  await guard(app, { token, cors });
  app.addHook("preValidation", readParameters);
  answerErrors(app, log);
  await describeRoutes(app, options.version, token !== undefined);
  const { answerSeconds } = limits;
  const pictureSeconds = limits.requestSeconds + answerSeconds;
  addSimilarRoutes(app, { similar, questions, pictures, received, answerSeconds, pictureSeconds });
  addAddRoute(app, { similar, pictures: adding, received, pictureSeconds, canAdd: options.canAdd });
  addImageRoutes(app, { similar, thumbnails, answerSeconds });
  addStateRoutes(app, similar, metrics);
  addPageRoute(app, { page: options.page, answerSeconds });
  return app;
}
