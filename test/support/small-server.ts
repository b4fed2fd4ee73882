import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { onTestFinished } from "vitest";
import { encodeThumbnail } from "#images/encode-thumbnail.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import { createServer } from "#server/create-server.ts";
import type { AnsweredRequest, ServerLimits, ServerOptions } from "#server/server-options.ts";
import type { SimilarImages } from "#similarity/similar-images.ts";

export interface SmallServer {
  readonly app: FastifyInstance;
  readonly answered: AnsweredRequest[];
  readonly failed: unknown[];
}

const LIMITS: ServerLimits = {
  maxBodyBytes: 1_000_000,
  maxConcurrent: 4,
  maxWaiting: 8,
  requestSeconds: 5,
  answerSeconds: 5,
};

type Told = Partial<Omit<ServerOptions, "limits">> & { readonly limits?: Partial<ServerLimits> };

/** A server as tests want it, that ends with the test and does not listen yet. */
export async function smallServer(similar: SimilarImages, told: Told = {}): Promise<SmallServer> {
  const answered: AnsweredRequest[] = [];
  const failed: unknown[] = [];
  const app = await createServer(similar, {
    version: "1.2.3",
    token: undefined,
    cors: [],
    canAdd: false,
    thumbnail: drawnThumbnail,
    thumbnailsAtOnce: 2,
    page: () => ({ version: similar.facts.generation, html: async function* () {} }),
    log: { answered: (request) => answered.push(request), failed: (_, error) => failed.push(error) },
    ...told,
    limits: { ...LIMITS, ...told.limits },
  });
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  return { app, answered, failed };
}

/** Has a server listen on a free port of this machine. */
export async function listening({ app }: SmallServer): Promise<number> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  return (app.server.address() as AddressInfo).port;
}

async function drawnThumbnail(path: string, side: number): Promise<Uint8Array> {
  try {
    return await encodeThumbnail(path, { maxPixels: 1e6, maxDecodedBytes: 1e8 }, side);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new UnreadablePicture(isMissing ? "circumstances" : "content", (error as Error).message);
  }
}
