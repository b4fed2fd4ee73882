import type { ServerResponse } from "node:http";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { didYouMean } from "#base/nearest-name.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import { isSystemError, UnreadablePicture } from "#images/unreadable-picture.ts";
import { withoutToken } from "#server/metrics.ts";
import { AskerGone } from "#server/patience.ts";
import { quoted, Refusal } from "#server/refusal.ts";
import type { ServerLog } from "#server/server-options.ts";
import { UnknownImage } from "#similarity/similar-images.ts";

/** Nobody reads it: the status is for the log and the counters. */
const STATUS_GONE = 499;
const JSON_TYPE = "application/json; charset=utf-8";

/** Answers every error as `{"error": "…"}`; of what is the server's own fault, who asked learns no more than that. */
export function answerErrors(app: FastifyInstance, log: ServerLog): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, log));
  app.setNotFoundHandler((request, reply) => {
    throw notFound(app, request, reply);
  });
}

/** A URL that the router cannot read reaches no route, and none of what is done before routes. */
export function answerBadUrl(response: ServerResponse): void {
  const error = "Found a URL that is no UTF-8 in percent-encoding; encode each part of its path once";
  const body = JSON.stringify({ error });
  const headers = { "content-type": JSON_TYPE, "x-content-type-options": "nosniff" };
  response.writeHead(400, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: ServerLog): FastifyReply {
  const { status, message, headers } = refusalOf(error, request, log);
  // what a route had said of its answer does not hold for this one
  for (const name of ["etag", "content-encoding", "content-disposition", "content-length"]) reply.removeHeader(name);
  reply.headers({ "cache-control": "no-store", ...headers });
  return reply
    .code(status)
    .type(JSON_TYPE)
    .send(JSON.stringify({ error: message }));
}

function refusalOf(error: unknown, request: FastifyRequest, log: ServerLog): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof AskerGone) return new Refusal(STATUS_GONE, error.message);
  if (error instanceof UnknownImage) return unknownImage(error.objectId);
  if (error instanceof UnreadablePicture && isOfContent(error)) return unreadable(error);
  const { validation, statusCode = 500, message } = error as FastifyError;
  if (validation) return new Refusal(400, message);
  if (statusCode >= 400 && statusCode < 500) return new Refusal(statusCode, message);
  const isPicture = error instanceof UnreadablePicture;
  const told = isPicture ? new PipelineError("input", `A picture could not be read now: ${message}`) : error;
  log.failed(withoutToken(request.url), told);
  if (isPicture)
    return new Refusal(503, "This server could not read the picture now; ask again later", { "retry-after": "5" });
  return new Refusal(500, "This server could not answer, which is no fault of the question; its log says why");
}

/** On a busy machine it is not known why a picture takes too long; that it does is all that who sent it can be told. */
function isOfContent({ fault, message }: UnreadablePicture): boolean {
  return fault === "content" || message.startsWith("decoding took");
}

/** 415 for what is no picture that is known here, 422 for one that is broken or too large. */
function unreadable({ message }: UnreadablePicture): Refusal {
  const isNoPicture = /unsupported image format|not a known (file|image) format/i.test(message);
  const expected = "expected a JPEG, PNG, WebP, GIF, AVIF, TIFF or SVG that can be decoded";
  return new Refusal(isNoPicture ? 415 : 422, `Found no usable picture (${message}), ${expected}`);
}

export function unknownImage(objectId: string): Refusal {
  return new Refusal(404, `No image of the index has the id ${quoted(objectId)}; GET /images?query=… lists ids`);
}

/** Whether a file is not there any more. */
export function isMissing(error: unknown): boolean {
  return isSystemError(error) && ["ENOENT", "ENOTDIR"].includes(error.code ?? "");
}

const METHODS = ["GET", "HEAD", "POST"] as const;

/** 405 where another method would do. */
function notFound(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): Refusal {
  const path = request.url.split(/[?#]/, 1)[0];
  const allowed = METHODS.filter((method) => app.findRoute({ method, url: path }) !== null);
  const found = `${request.method} ${quoted(path)}`;
  if (allowed.length === 0) {
    const [, first = ""] = path.split("/");
    const hint = didYouMean(`/${first}`, ["/similar", "/images", "/healthz", "/metrics", "/openapi.json", "/"]);
    return new Refusal(404, `Found no route for ${found}${hint}; GET /openapi.json lists all`);
  }
  reply.header("allow", allowed.join(", "));
  return new Refusal(405, `Found ${found}, expected ${allowed.join(" or ")}`);
}
