import { posix, sep } from "node:path";
import type { ProposedImage } from "#exports/proposal.ts";

/** `scheme://…`, as of web servers and buckets. */
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
const WEB_ADDRESS = /^https?:\/\//i;
/** The path under which Label Studio serves files of its machine. */
const LOCAL_FILES = "/data/local-files/?d=";

/**
 * Where a program opens an image: its absolute path, or what stands behind the place that was given for all. Behind a web address names
 * are URL-encoded.
 */
export function openedAt(image: ProposedImage, place: string | null): string {
  if (place === null) return image.file ?? image.path;
  return joined(place, WEB_ADDRESS.test(place) ? encodedPath(image.path) : image.path);
}

/**
 * Where Label Studio's page loads an image: a place with a scheme, or one of its own paths, as it is; any other is a folder below its
 * document root, which is taken to be `/` where no place is given.
 *
 * @see https://labelstud.io/guide/storage.html#Tasks-with-local-storage-file-references
 */
export function loadedAt(image: ProposedImage, place: string | null): string {
  // names in buckets are not encoded: Label Studio takes what stands behind s3:// as it is
  if (place !== null && ADDRESS.test(place)) return openedAt(image, place);
  if (place?.startsWith("/data/")) return joined(place, encodedPath(image.path));
  return LOCAL_FILES + encodedPath(withoutRoot(slashed(openedAt(image, place))));
}

/**
 * The name of an image below the root of a share or bucket: that of its object where a place has a scheme, else the place and its object
 * id.
 */
export function storedAs(image: ProposedImage, place: string | null): string {
  if (place === null) return image.path;
  const folder = ADDRESS.test(place) ? place.replace(ADDRESS, "").replace(/^[^/]*\/?/, "") : place;
  return withoutRoot(joined(folder, image.path));
}

/** Of a name with `/` between its parts, what stands before its ending, and the ending with its point. */
export function splitEnding(name: string): { readonly stem: string; readonly ending: string } {
  const ending = posix.extname(name);
  return { stem: name.slice(0, name.length - ending.length), ending };
}

function joined(place: string, name: string): string {
  return place === "" || /[/=]$/.test(place) ? place + name : `${place}/${name}`;
}

function withoutRoot(path: string): string {
  return path.replace(/^\/+/, "");
}

function slashed(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}

function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
