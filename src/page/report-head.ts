import { createReadStream } from "node:fs";
import { blockIds, type PageHead } from "#page/page-blocks.ts";

/** Style and markup stand before it, some 40 KB. */
const MOST_CHARACTERS = 2_000_000;
const HEAD = new RegExp(`<script type="application/json" id="${blockIds.head}">(.*?)</script>`);

/**
 * What report.html says of its run as a whole. It is read from there as no other report has the numbers of its charts: they would take
 * a walk through all pairs.
 *
 * @returns undefined for a file that is no report of ours
 */
export async function reportHead(file: string): Promise<PageHead | undefined> {
  let text = "";
  for await (const chunk of createReadStream(file, "utf8") as AsyncIterable<string>) {
    text += chunk;
    const [, json] = HEAD.exec(text) ?? [];
    if (json !== undefined) return JSON.parse(json);
    if (text.length > MOST_CHARACTERS) break;
  }
  return undefined;
}
