import { Refusal } from "#server/refusal.ts";

/**
 * The object id that a URL names behind its first part: each part between slashes is decoded once, as UTF-8. A slash within a part
 * ("%2F") is one between parts. It is a name to be looked up, and never part of a path of the disk.
 *
 * @param url path and query as they came, such as `/similar/a/b%20c.jpg?limit=3`
 * @throws Refusal 400 where it cannot be decoded
 */
export function askedObjectId(url: string): string {
  const path = url.split(/[?#]/, 1)[0];
  const encoded = path.slice(path.indexOf("/", 1) + 1);
  try {
    return encoded.split("/").map(decodeURIComponent).join("/");
  } catch {
    throw new Refusal(400, "Found a URL that is no UTF-8 in percent-encoding; encode each part of an object id once");
  }
}

/** The path of an image, relative to the server's root: what `askedObjectId` undoes. */
export function imagePath(objectId: string): string {
  return `images/${objectId.split("/").map(encodeURIComponent).join("/")}`;
}
