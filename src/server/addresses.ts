import type { IncomingMessage } from "node:http";
import { quoted, Refusal } from "#server/refusal.ts";

/** Long enough for every path that a disk can have, percent-encoded. */
export const MOST_URL_CHARACTERS = 16_384;

const OWN_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;
const OWN_ADDRESS = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

/** Whether a server that listens there can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return OWN_ADDRESS.test(host);
}

/** @throws Refusal 400 or 414 for a URL that is none of a server's own, or for a request without one host */
export function checkAddress({ url = "", rawHeaders, httpVersion }: IncomingMessage): void {
  if (url.length > MOST_URL_CHARACTERS) {
    const found = `Found a URL of ${url.length} characters`;
    throw new Refusal(414, `${found}, expected at most ${MOST_URL_CHARACTERS}; shorten it`);
  }
  if (!url.startsWith("/")) throw new Refusal(400, `Found the URL ${quoted(url)}, expected a path that begins with /`);
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length;
  if (hosts > 1 || (hosts === 0 && httpVersion !== "1.0"))
    throw new Refusal(400, `Found ${hosts} Host headers, expected one`);
}

/**
 * Names of others that lead here are how pages of others, through their own DNS, ask a server that only this machine can reach.
 *
 * @throws Refusal 421 for any other name than this machine's own
 */
export function checkOwnName(host: string | undefined): void {
  if (host !== undefined && OWN_NAME.test(host)) return;
  const found = host === undefined ? "no Host header" : `the Host header ${quoted(host)}`;
  throw new Refusal(421, `Found ${found}, expected localhost, 127.0.0.1 or [::1]; other names need a token (--token)`);
}
