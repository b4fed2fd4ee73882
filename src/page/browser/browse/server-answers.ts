import { encodedId, imageAddress } from "./image-address.ts";

export interface SimilarImage {
  readonly objectId: string;
  readonly distance: number;
}

export interface ListedImage {
  readonly objectId: string;
  /** Pixels; 0 where there are no pictures. */
  readonly width: number;
  readonly height: number;
}

export interface ImagesPage {
  /** Of all pages. */
  readonly total: number;
  readonly images: readonly ListedImage[];
}

/** Ids that hold another id as a part; of more, the size stays unknown. */
const MOST_ALIKE = 60;

/** Why there is no answer, in words for the person who asked. */
export class ServerProblem extends Error {}

/** Images of the index, in the order of their ids. */
export function listImages(
  asked: { readonly offset: number; readonly limit: number; readonly query: string },
  signal: AbortSignal,
): Promise<ImagesPage> {
  const { offset, limit, query } = asked;
  const search = new URLSearchParams({ offset: String(offset), limit: String(limit) });
  if (query !== "") search.set("query", query);
  return answer(`images?${search}`, { signal });
}

/** The nearest first. */
export async function similarToImage(
  objectId: string,
  limit: number,
  referenceOnly: boolean,
  signal: AbortSignal,
): Promise<readonly SimilarImage[]> {
  const found = await answer<Answer>(`similar/${encodedId(objectId)}?${search(limit, referenceOnly)}`, { signal });
  return found.similarImages;
}

/** The nearest to a picture that the index need not have. */
export async function similarToPicture(
  picture: Blob,
  limit: number,
  referenceOnly: boolean,
  signal: AbortSignal,
): Promise<readonly SimilarImage[]> {
  const request = { method: "POST", body: picture, headers: { "content-type": "application/octet-stream" }, signal };
  return (await answer<Answer>(`similar?${search(limit, referenceOnly)}`, request)).similarImages;
}

/** Pixels and bytes of an image; what the server does not tell is 0. */
export async function knownSize(
  objectId: string,
  signal: AbortSignal,
): Promise<{ readonly width: number; readonly height: number; readonly bytes: number }> {
  const { images } = await listImages({ offset: 0, limit: MOST_ALIKE, query: objectId }, signal);
  const listed = images.find((image) => image.objectId === objectId);
  if (!listed || listed.width === 0) return { width: 0, height: 0, bytes: 0 };
  const { ok, headers } = await fetch(imageAddress(objectId), { method: "HEAD", signal });
  return { ...listed, bytes: ok ? Number(headers.get("content-length") ?? 0) : 0 };
}

interface Answer {
  readonly similarImages: readonly SimilarImage[];
}

function search(limit: number, referenceOnly: boolean): URLSearchParams {
  return new URLSearchParams({ limit: String(limit), ...(referenceOnly ? { referenceOnly: "true" } : {}) });
}

async function answer<Value>(address: string, request: RequestInit): Promise<Value> {
  let response: Response;
  try {
    response = await fetch(address, request);
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new ServerProblem("The server did not answer. Does it still run, and is the picture not too large for it?");
  }
  if (!response.ok) throw new ServerProblem(await problemOf(response));
  return response.json();
}

/** What the server says is wrong. */
async function problemOf(response: Response): Promise<string> {
  const said: unknown = await response.json().catch(() => undefined);
  const { error } = Object(said) as { error?: unknown };
  return typeof error === "string" ? error : `The server answered ${response.status} ${response.statusText}.`;
}
