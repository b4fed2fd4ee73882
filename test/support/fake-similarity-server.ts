import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { compareUtf8 } from "#base/compare-utf8.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import type { ServedContent } from "#page/served-content.ts";
import { servedPage } from "#page/served-page.ts";
import { drawPicture } from "./pictures.ts";

export interface FakeImages {
  readonly ids: readonly string[];
  /** False answers 404 for every picture, as where vectors came without pictures. */
  readonly hasPictures?: boolean;
}

export interface FakeServer {
  /** Of the page, with a slash at its end. */
  readonly url: string;
  /** Requests so far, as `GET similar/a.jpg?limit=25`. */
  readonly requests: string[];
}

/** Answers as the server does over HTTP, of images that exist only by their names; stops when the test ends. */
export async function fakeSimilarityServer(content: ServedContent, images: FakeImages): Promise<FakeServer> {
  const { server, requests } = await listening(content, images);
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/under/a/path/`, requests };
}

async function listening(content: ServedContent, images: FakeImages): Promise<{ server: Server; requests: string[] }> {
  const answers = new FakeAnswers(content, images);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${(request.url ?? "").replace("/under/a/path/", "")}`);
    answers.answer(request, response).catch((error) => sendJson(response, 500, { error: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, requests };
}

class FakeAnswers {
  readonly #content: ServedContent;
  readonly #ids: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #hasPictures: boolean;

  constructor(content: ServedContent, { ids, hasPictures = true }: FakeImages) {
    this.#content = content;
    this.#ids = [...ids].sort(compareUtf8);
    this.#known = new Set(ids);
    this.#hasPictures = hasPictures;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    const path = url.pathname.replace("/under/a/path/", "");
    const [, folder, rest] = /^(\w*)(?:\/(.*))?$/s.exec(path) ?? [];
    const limit = Number(url.searchParams.get("limit") ?? 100);
    if (path === "") return this.#page(response);
    if (folder === "similar" && request.method === "POST") return this.#byPicture(request, response, limit);
    if (folder === "similar") return this.#byId(decodeURIComponent(rest), response, limit);
    if (path === "images") return this.#list(url.searchParams, response, limit);
    if (folder === "images") return this.#picture(decodeURIComponent(rest), url.searchParams, response);
    sendJson(response, 404, { error: `There is nothing at ${path}` });
  }

  async #page(response: ServerResponse): Promise<void> {
    response.setHeader("content-type", "text/html; charset=utf-8");
    for await (const chunk of servedPage(this.#content)) response.write(chunk);
    response.end();
  }

  #byId(id: string, response: ServerResponse, limit: number): void {
    const error = `No image of the index has the id ${JSON.stringify(id)}`;
    if (!this.#known.has(id)) sendJson(response, 404, { error });
    else sendJson(response, 200, { time: 0, queryObjectId: id, similarImages: this.#nearest(placeOf(id), limit) });
  }

  async #byPicture(request: IncomingMessage, response: ServerResponse, limit: number): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.subarray(0, 4).toString() === "text") {
      return sendJson(response, 415, { error: "Found a text, expected a picture: send JPEG, PNG or WebP" });
    }
    sendJson(response, 200, { time: 0, queryObjectId: null, similarImages: this.#nearest([0.5, 0.5, 0.5], limit) });
  }

  #nearest(place: readonly number[], limit: number) {
    return this.#ids
      .map((objectId) => ({ objectId, distance: distanceOf(place, placeOf(objectId)) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, limit);
  }

  #list(search: URLSearchParams, response: ServerResponse, limit: number): void {
    const offset = Number(search.get("offset") ?? 0);
    const query = (search.get("query") ?? "").toLowerCase();
    const found = query === "" ? this.#ids : this.#ids.filter((id) => id.toLowerCase().includes(query));
    const images = found.slice(offset, offset + limit).map((objectId) => ({ objectId, ...this.#sizeOf(objectId) }));
    sendJson(response, 200, { total: found.length, images });
  }

  #sizeOf(id: string): { width: number; height: number } {
    if (!this.#hasPictures) return { width: 0, height: 0 };
    const [across, down] = placeOf(id);
    return { width: 320 + Math.round(across * 960), height: 480 + Math.round(down * 400) };
  }

  async #picture(id: string, search: URLSearchParams, response: ServerResponse): Promise<void> {
    if (!this.#hasPictures || !this.#known.has(id))
      return sendJson(response, 404, { error: `There is no picture of ${id}` });
    const { width, height } = this.#sizeOf(id);
    const scale = Math.min(1, Number(search.get("width") ?? Math.max(width, height)) / Math.max(width, height));
    const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
    const jpeg = await drawPicture(seedOf(id), size).jpeg().toBuffer();
    response.writeHead(200, { "content-type": "image/jpeg", "content-length": jpeg.length });
    response.end(jpeg);
  }
}

const places = new Map<string, readonly number[]>();

/** Names that differ by a last letter are near each other. */
function placeOf(id: string): readonly number[] {
  const known = places.get(id);
  if (known) return known;
  const coarse = new SeededRandom(seedOf(id.replace(/\w?\.\w+$/, "")));
  const fine = new SeededRandom(seedOf(id));
  const place = [0, 1, 2].map(() => coarse.between(0, 1) + fine.between(0, 0.15));
  places.set(id, place);
  return place;
}

function distanceOf(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]));
}

function seedOf(text: string): number {
  let seed = 7;
  for (const character of text) seed = (seed * 31 + (character.codePointAt(0) ?? 0)) % 2_147_483_647;
  return seed;
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}
