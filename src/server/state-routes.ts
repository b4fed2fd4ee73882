import type { FastifyInstance } from "fastify";
import type { Metrics } from "#server/metrics.ts";
import { health, metrics as metricsSchema, openApi } from "#server/schemas.ts";
import type { SimilarImages } from "#similarity/similar-images.ts";

/** GET /healthz, /metrics, /openapi.json and /favicon.ico. */
export function addStateRoutes(app: FastifyInstance, similar: SimilarImages, { registry }: Metrics): void {
  app.get("/healthz", { schema: health }, async () => {
    const { images, vectors, dim, metric, model = null, generation } = similar.facts;
    return { status: "ok", images, vectors, dim, metric, model, generation };
  });
  app.get("/metrics", { schema: metricsSchema }, async (_, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  app.get("/openapi.json", { schema: openApi }, async () => app.swagger());
  app.get("/favicon.ico", { schema: { hide: true } }, async (_, reply) =>
    reply.code(204).header("cache-control", "private, max-age=86400").send(),
  );
}
