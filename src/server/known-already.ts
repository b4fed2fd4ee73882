import type { FastifyRequest } from "fastify";

/** Whether who asks has this already, by the tag that an earlier answer named. */
export function isKnown({ headers }: FastifyRequest, tag: string): boolean {
  const known = headers["if-none-match"];
  if (known === undefined) return false;
  return known.trim() === "*" || known.split(",").some((each) => each.trim().replace(/^W\//, "") === tag);
}
