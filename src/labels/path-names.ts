import { posix } from "node:path";

/**
 * The paths that a tool may mean by a name, likeliest first: `/` between parts, addresses without host and query, what is encoded decoded.
 *
 * - `file:///data/a%20b.jpg` is `/data/a b.jpg`.
 * - Label Studio's `/data/local-files/?d=photos/a.jpg` is a path below its document root, which may be the disk's: `/photos/a.jpg`
 *   (https://labelstud.io/guide/storage.html#Local-storage).
 * - Label Studio puts eight digits in front of the names of uploads: `1a2b3c4d-a.jpg` may be `a.jpg`.
 */
export function pathsNamed(name: string): string[] {
  const paths = pathsOf(name);
  if (name.includes("\\")) paths.push(...pathsOf(name.replaceAll("\\", "/")));
  const uploads = paths.flatMap((path) => {
    const original = path.replace(/(^|\/)[0-9a-f]{8}-([^/]+)$/, "$1$2");
    return original === path ? [] : [original];
  });
  return [...new Set([...paths, ...uploads])];
}

function pathsOf(name: string): string[] {
  const local = /\/data\/local-files\/\?(?:.*&)?d=([^&#]*)/.exec(name);
  if (local) return [local[1].replaceAll("+", "%20"), local[1]].map((path) => normal(`/${decoded(path)}`));
  const address = /^([a-z][a-z0-9+.-]+):\/\/[^/]*(\/[^?#]*)/i.exec(name);
  if (address) return [normal(decoded(address[2])), normal(address[2])];
  const asItStands = [normal(name)];
  // paths of uploads are parts of addresses
  return name.includes("%") ? [...asItStands, normal(decoded(name))] : asItStands;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function normal(path: string): string {
  return /(^|\/)\.{0,2}\//.test(path) ? posix.normalize(path) : path;
}
