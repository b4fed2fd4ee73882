import type { IncomingHttpHeaders } from "node:http";
import { quoted, Refusal } from "#server/refusal.ts";

const OWN_SITES: readonly unknown[] = ["same-origin", "none"];

/**
 * A page of another site can make a browser send anything, though it cannot read the answer. Programs that are no browsers send neither header.
 *
 * @param allowed origins whose pages may ask
 * @throws Refusal 403 for a request that a page of another origin made
 */
export function checkSite(headers: IncomingHttpHeaders, allowed: "*" | readonly string[]): void {
  const { origin, host, "sec-fetch-site": site } = headers;
  if (origin !== undefined && (allowed === "*" || allowed.includes(origin))) return;
  const isOwn = site === undefined ? origin === undefined || isOriginOf(origin, host) : OWN_SITES.includes(site);
  if (isOwn) return;
  const found = `a request from a page of ${origin === undefined ? "another site" : `the origin ${quoted(origin)}`}`;
  throw new Refusal(
    403,
    `Found ${found}, expected one of this server; "cors" under "serve" in the config names others`,
  );
}

function isOriginOf(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
