/** What each route takes and gives, in JSON Schema: what comes is held against it, what goes is written by it, and /openapi.json tells it. */
const objectId = { type: "string", description: "Path of the image in its folder; see README, object id." } as const;

const error = {
  description: "What was found, what was expected, and what to do.",
  type: "object",
  properties: { error: { type: "string" } },
  required: ["error"],
} as const;

const similarImages = {
  description: "Nearest first, equally near ones in the order of their ids.",
  type: "object",
  properties: {
    time: { type: "integer", description: "Milliseconds since 1970." },
    queryObjectId: { type: ["string", "null"], description: "What was asked about; null for a picture." },
    similarImages: {
      type: "array",
      items: {
        type: "object",
        properties: { objectId, distance: { type: "number" } },
        required: ["objectId", "distance"],
      },
    },
  },
  required: ["time", "queryObjectId", "similarImages"],
} as const;

const similarQuery = {
  type: "object",
  additionalProperties: false,
  properties: {
    limit: { type: "integer", minimum: 1, maximum: 10_000, default: 100, description: "Images at most." },
    referenceOnly: { type: "boolean", default: false, description: "Reference images only." },
  },
} as const;

export interface SimilarQuerystring {
  readonly limit: number;
  readonly referenceOnly: boolean;
}

const anyImage = { description: "An image, of any content type but multipart.", content: {} } as const;
const image = (description: string) => ({ description, content: { "image/*": { schema: { type: "string" } } } });

export const similarToImage = {
  summary: "The images nearest to an image of the index, itself among them",
  querystring: similarQuery,
  response: { 200: similarImages, "4xx": error, "5xx": error },
} as const;

export const similarToBody = {
  summary: "The images nearest to a picture that is sent",
  querystring: similarQuery,
  response: { 200: similarImages, "4xx": error, "5xx": error },
} as const;

export interface ListQuerystring {
  readonly offset: number;
  readonly limit: number;
  readonly query: string;
}

export const imageList = {
  summary: "Images in the order of their ids",
  querystring: {
    type: "object",
    additionalProperties: false,
    properties: {
      offset: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 },
      limit: { type: "integer", minimum: 1, maximum: 1000, default: 60 },
      query: { type: "string", default: "", description: "A part of the id, in small or capital letters." },
    },
  },
  response: {
    200: {
      description: "Those at these places, and how many there are.",
      type: "object",
      properties: {
        total: { type: "integer" },
        images: {
          type: "array",
          items: {
            type: "object",
            properties: { objectId, width: { type: "integer" }, height: { type: "integer" } },
            required: ["objectId", "width", "height"],
          },
        },
      },
      required: ["total", "images"],
    },
    "4xx": error,
    "5xx": error,
  },
} as const;

export interface ImageQuerystring {
  readonly width?: number;
}

export const oneImage = {
  summary: "The file of an image, or with width a JPEG that fits into a square",
  querystring: {
    type: "object",
    additionalProperties: false,
    properties: { width: { type: "integer", minimum: 16, maximum: 2048, description: "Of the square, in pixels." } },
  },
  response: { 200: image("The image."), "4xx": error, "5xx": error },
} as const;

export interface AddQuerystring {
  readonly name?: string;
}

const added = (description: string) => ({
  description,
  type: "object",
  properties: { objectId, isNew: { type: "boolean" } },
  required: ["objectId", "isNew"],
});

export const addImage = {
  summary: "Adds an image, where that is enabled",
  querystring: {
    type: "object",
    additionalProperties: false,
    properties: {
      name: { type: "string", minLength: 1, maxLength: 200, description: "Of the file, without folders." },
    },
  },
  response: { 200: added("Its bytes are known already."), 201: added("It is new."), "4xx": error, "5xx": error },
} as const;

const nothing = { type: "object", additionalProperties: false, properties: {} } as const;

export const health = {
  summary: "Whether the server answers, and from which index",
  querystring: nothing,
  response: {
    200: {
      description: "It does.",
      type: "object",
      properties: {
        status: { type: "string", enum: ["ok"] },
        images: { type: "integer" },
        vectors: { type: "integer" },
        dim: { type: "integer" },
        metric: { type: "string", enum: ["l2", "cosine"] },
        model: { type: ["string", "null"] },
        generation: { type: "string", description: "Another one where another index took its place." },
      },
      required: ["status", "images", "vectors", "dim", "metric", "model", "generation"],
    },
    "4xx": error,
  },
} as const;

export const metrics = {
  summary: "Counters for Prometheus",
  querystring: nothing,
  response: { 200: { description: "Text.", content: { "text/plain": { schema: { type: "string" } } } }, "4xx": error },
} as const;

export const openApi = { summary: "This document", querystring: nothing } as const;

export const page = {
  summary: "The page",
  response: { 200: { description: "HTML.", content: { "text/html": { schema: { type: "string" } } } }, "4xx": error },
} as const;

export const imageBody = {
  required: true,
  ...anyImage,
  content: { "*/*": { schema: { type: "string", format: "binary" } } },
};
