import cors from "@fastify/cors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { checkAddress, checkOwnName } from "#server/addresses.ts";
import { checkSite } from "#server/cross-site.ts";
import { Refusal } from "#server/refusal.ts";
import type { ServerOptions } from "#server/server-options.ts";
import { signInPage } from "#server/sign-in-page.ts";
import type { Token } from "#server/token.ts";

/** Lets nobody in who may not come, before anything else of a request is looked at. */
export async function guard(
  app: FastifyInstance,
  { token, cors: allowed }: { token: Token | undefined; cors: ServerOptions["cors"] },
): Promise<void> {
  const isOpen = allowed === "*" || allowed.length > 0;
  const policy = isOpen ? "cross-origin" : "same-origin";
  app.addHook("onRequest", async ({ raw }, reply) => {
    reply.headers({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": policy,
      "x-frame-options": "DENY",
      "cache-control": "no-store",
    });
    checkAddress(raw);
    if (!token) checkOwnName(raw.headers.host);
  });
  // what a browser asks beforehand brings no token: it is answered here
  if (isOpen) {
    await app.register(cors, {
      origin: allowed === "*" ? "*" : [...allowed],
      methods: ["GET", "HEAD", "POST"],
      allowedHeaders: ["authorization", "content-type"],
      maxAge: 600,
      strictPreflight: false,
    });
  }
  app.addHook("onRequest", async (request, reply) => {
    if (token && !token.isBroughtBy(request.headers)) return askForToken(request, reply, token);
    if (request.method !== "GET" && request.method !== "HEAD") checkSite(request.headers, allowed);
  });
}

/** A token in the address of the page is taken once, so that it stays in no history. */
function askForToken(request: FastifyRequest, reply: FastifyReply, token: Token): FastifyReply {
  const isPage = request.routeOptions.url === "/" && request.method === "GET";
  const query = new URLSearchParams(isPage ? request.url.split("?").slice(1).join("?") : "");
  const given = query.get("token");
  if (given !== null && token.is(given)) {
    query.delete("token");
    const rest = query.size > 0 ? `?${query}` : "";
    return reply.header("set-cookie", token.setCookie).redirect(`./${rest}`, 303);
  }
  reply.header("www-authenticate", "Bearer");
  if (isPage && request.headers.accept?.includes("text/html")) return signInPage(reply, given !== null);
  throw new Refusal(401, "Found no valid token, expected the header Authorization: Bearer …, with the server's token");
}
