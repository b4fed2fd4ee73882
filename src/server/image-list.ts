import { setImmediate } from "node:timers/promises";
import { LRUCache } from "lru-cache";

/** Ids looked through before other requests have their turn: a millisecond or two. */
const IDS_AT_ONCE = 10_000;
const QUERIES_KEPT = 16;
const CHARACTERS_KEPT = 1_000;

/** Finds ids by a part of them. What was looked for lately is kept, as pages of one list are asked for one after the other. */
export class ImageList {
  readonly #kept = new LRUCache<string, Promise<readonly string[]>>({ max: QUERIES_KEPT });
  #of: readonly string[] = [];

  /**
   * @param objectIds in the order in which they are to be told
   * @param query a part of the id; case and the way accents are written make no difference
   */
  find(objectIds: readonly string[], query: string): Promise<readonly string[]> | readonly string[] {
    if (query === "") return objectIds;
    if (objectIds !== this.#of) this.#kept.clear();
    this.#of = objectIds;
    const known = this.#kept.get(query);
    if (known) return known;
    const found = lookThrough(objectIds, query);
    if (query.length <= CHARACTERS_KEPT) this.#kept.set(query, found);
    return found;
  }
}

async function lookThrough(objectIds: readonly string[], query: string): Promise<string[]> {
  const sought = plain(query);
  const found: string[] = [];
  for (let start = 0; start < objectIds.length; start += IDS_AT_ONCE) {
    for (const id of objectIds.slice(start, start + IDS_AT_ONCE)) if (plain(id).includes(sought)) found.push(id);
    await setImmediate();
  }
  return found;
}

const ASCII = /^[\0-\x7f]*$/;

/** Small letters; names of files from macOS have accents as characters of their own, those that are typed do not. */
function plain(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : text.normalize("NFC").toLowerCase();
}
