/**
 * Where the server has a picture, relative to the page, so that it may lie behind another server under any path.
 *
 * @param width of a thumbnail, at most, in pixels; left out for the file as it is
 */
export function imageAddress(objectId: string, width?: number): string {
  return `images/${encodedId(objectId)}${width === undefined ? "" : `?width=${width}`}`;
}

/**
 * An object id as a path: its parts are encoded one by one. Where a browser or a server on the way would take parts away (`..`, or nothing
 * between two slashes), the slashes are encoded too.
 */
export function encodedId(objectId: string): string {
  // no address can hold a half of a pair; the index has none either, as numpy would not read it
  const text = objectId.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
  const parts = text.split("/");
  const isPlain = parts.every((part) => part !== "" && part !== "." && part !== "..");
  return parts.map(encodeURIComponent).join(isPlain ? "/" : "%2F");
}
