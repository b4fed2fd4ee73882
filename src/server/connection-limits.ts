import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import { MOST_URL_CHARACTERS } from "#server/addresses.ts";
import type { ServerLimits } from "#server/server-options.ts";

const MOST_HEADER_BYTES = 2 * MOST_URL_CHARACTERS;
const MOST_CONNECTIONS = 1000;
const HEADER_SECONDS = 10;
/** Longer than the proxies in front keep theirs, so that they do not send into one that is just closed. */
const IDLE_SECONDS = 65;
/** What is left of a body that was refused is thrown away for so long, so that the answer reaches who sends it. */
const LINGER_MS = 1000;

type ConnectionOptions = Pick<
  FastifyServerOptions,
  "requestTimeout" | "connectionTimeout" | "keepAliveTimeout" | "clientErrorHandler" | "return503OnClosing"
> & { readonly http: object };

/** What a connection may take before a request is there to be answered. */
export function connectionOptions({ requestSeconds, answerSeconds }: ServerLimits): ConnectionOptions {
  const headersTimeout = 1000 * Math.min(HEADER_SECONDS, requestSeconds);
  return {
    requestTimeout: 1000 * requestSeconds,
    keepAliveTimeout: 1000 * IDLE_SECONDS,
    // nothing in either direction: who asked does not read what is sent
    connectionTimeout: 1000 * (answerSeconds + IDLE_SECONDS),
    http: {
      // a request without one is refused with a reason
      requireHostHeader: false,
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout,
      connectionsCheckingInterval: Math.min(1000, headersTimeout),
    },
    // requests that come on connections which are open while the server ends are answered, and the connection is then closed
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
  };
}

/** Ends connections that go on sending what was refused. */
export function limitConnections(app: FastifyInstance): void {
  app.server.maxConnections = MOST_CONNECTIONS;
  app.addHook("onResponse", async ({ raw }) => {
    if (raw.complete !== false || raw.destroyed) return;
    const { socket } = raw;
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    raw.once("end", () => clearTimeout(timer));
    raw.resume();
  });
}

type BrokenRequest = Parameters<NonNullable<FastifyServerOptions["clientErrorHandler"]>>[0];

/** Answers what is no request of HTTP, or did not come in time, and closes the connection. */
function answerBrokenRequest(error: BrokenRequest, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = describe(error);
  const body = JSON.stringify({ error: message });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "X-Content-Type-Options: nosniff",
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}

function describe({ code, rawPacket }: BrokenRequest): [status: number, message: string] {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return [408, "Found no whole request in time; send it anew, and more quickly"];
  if (code === "HPE_HEADER_OVERFLOW") {
    const line = (rawPacket as unknown as Buffer | undefined)?.indexOf("\n") ?? 0;
    const isUrl = line < 0 || line > MOST_URL_CHARACTERS;
    return isUrl
      ? [414, `Found a URL that is too long, expected at most ${MOST_URL_CHARACTERS} characters; shorten it`]
      : [431, `Found too long headers, expected at most ${MOST_HEADER_BYTES} bytes; send fewer`];
  }
  if (code === "HPE_INVALID_URL")
    return [400, "Found a URL with characters that only stand in one percent-encoded; encode each part of its path"];
  return [400, `Found no request of HTTP/1.1 (${code}); expected one as RFC 9112 has it`];
}
