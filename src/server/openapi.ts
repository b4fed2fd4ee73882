import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { imageBody } from "#server/schemas.ts";

const OBJECT_ID = {
  name: "objectId",
  in: "path",
  required: true,
  description: "Parts between slashes, each percent-encoded.",
  schema: { type: "string" },
};

interface Operation {
  parameters?: object[];
  requestBody?: object;
  security?: object[];
}

/** Has the OpenAPI document written from the schemas of all routes that are added from now on. */
export async function describeRoutes(app: FastifyInstance, version: string, hasToken: boolean): Promise<void> {
  const bearer = { type: "http", scheme: "bearer" } as const;
  await app.register(swagger, {
    openapi: {
      openapi: "3.0.3",
      info: { title: "twinsift", version, description: "What is like this image?" },
      ...(hasToken ? { components: { securitySchemes: { bearer } }, security: [{ bearer: [] }] } : {}),
    },
    transform: ({ schema, url }) => ({ schema, url: url.replace("*", ":objectId") }),
    transformObject: (document) => completed("openapiObject" in document ? document.openapiObject : {}),
  });
}

/** Adds what the schemas of routes do not tell: ids that span parts of a path, and bodies that are pictures. */
function completed(document: { paths?: object }): object {
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations as Record<string, Operation>)) {
      const others = (operation.parameters ?? []).filter((parameter) => (parameter as { in: string }).in !== "path");
      if (path.includes("{objectId}")) operation.parameters = [OBJECT_ID, ...others];
      if (method === "post") operation.requestBody = imageBody;
    }
  }
  return document;
}
