import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { listening, smallServer } from "../support/small-server.ts";
import { SmallSimilarImages } from "../support/small-similar-images.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const VERSION = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")).version;

async function small(told = {}) {
  const similar = await SmallSimilarImages.drawn(await temporaryFolder(), ["a/b.png", "c.png"]);
  return { similar, ...(await smallServer(similar, told)) };
}

test("/healthz tells which index answers, also when another has taken its place", async () => {
  const { app, similar } = await small();
  const facts = { status: "ok", images: 2, vectors: 2, dim: 48, metric: "l2", model: "pixels" };
  expect((await app.inject("/healthz")).json()).toEqual({ ...facts, generation: "first" });
  similar.facts = { ...similar.facts, generation: "second", model: undefined };
  expect((await app.inject("/healthz")).json()).toEqual({ ...facts, generation: "second", model: null });
});

test("/metrics counts requests by route and status, and what the index holds", async () => {
  const base = `http://127.0.0.1:${await listening(await small())}`;
  for (const url of ["/similar/a/b.png", "/similar/nothing", "/nowhere"]) await (await fetch(base + url)).text();
  const answer = await fetch(`${base}/metrics`);
  expect(answer.headers.get("content-type")).toContain("text/plain");
  const body = await answer.text();
  for (const line of [
    'twinsift_requests_total{route="/similar/*",method="GET",status="200"} 1',
    'twinsift_requests_total{route="/similar/*",method="GET",status="404"} 1',
    'twinsift_requests_total{route="none",method="GET",status="404"} 1',
    'twinsift_request_seconds_count{route="/similar/*"} 2',
    "twinsift_requests_in_flight 1",
    "twinsift_questions_refused_total 0",
    "twinsift_index_images 2",
    "twinsift_index_vectors 2",
    "process_cpu_seconds_total",
  ])
    expect(body).toContain(line);
});

test("the OpenAPI document tells every route, its parameters and its answers", async () => {
  const { app } = await small({ version: VERSION });
  const { openapi, info, paths } = (await app.inject("/openapi.json")).json();
  expect([openapi, info.version]).toEqual(["3.0.3", VERSION]);
  const told = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method} ${path}`),
  );
  expect(told.sort()).toEqual([
    ...["get /", "get /healthz", "get /images", "get /images/{objectId}", "get /metrics", "get /openapi.json"],
    ...["get /similar/{objectId}", "post /images", "post /similar"],
  ]);
  const { parameters, responses } = paths["/similar/{objectId}"].get;
  expect(parameters.map(({ name }: { name: string }) => name)).toEqual(["objectId", "limit", "referenceOnly"]);
  expect(paths["/similar"].post.requestBody.content).toHaveProperty("*/*");
  const isAnswer = new Ajv({ strict: false }).compile(responses["200"].content["application/json"].schema);
  expect(isAnswer((await app.inject("/similar/c.png")).json())).toBe(true);
});

test("what nobody serves is 404 with the nearest route, and a wrong method 405 with those that would do", async () => {
  const { app } = await small();
  const lost = await app.inject("/similr/c.png");
  expect([lost.statusCode, lost.json().error]).toEqual([404, expect.stringContaining('(did you mean "/similar"?)')]);
  const allowed = {
    "/healthz": "GET, HEAD",
    "/similar/c.png": "GET, HEAD",
    "/similar": "POST",
    "/images": "GET, HEAD, POST",
    "/": "GET, HEAD",
  };
  for (const [url, allow] of Object.entries(allowed)) {
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"] as const) {
      const answer = await app.inject({ url, method, payload: method === "OPTIONS" ? "" : "x" });
      expect([method, url, answer.statusCode, answer.headers.allow]).toEqual([method, url, 405, allow]);
    }
  }
  expect((await app.inject("/similar")).statusCode).toBe(405);
  expect((await app.inject({ method: "HEAD", url: "/similar/c.png" })).statusCode).toBe(200);
  expect((await app.inject("/favicon.ico")).statusCode).toBe(204);
});

test("the page is made once for each version, and compressed for who takes that", async () => {
  let made = 0;
  let version = "1";
  const html = async function* () {
    made++;
    yield "<!doctype html>";
    yield `<title>${version} ${"x".repeat(1000)}</title>`;
  };
  const { app } = await small({ page: () => ({ version, html }) });
  const asked = await Promise.all(
    Array.from({ length: 8 }, () => app.inject({ url: "/", headers: { "accept-encoding": "br, gzip;q=0.8" } })),
  );
  for (const { rawPayload, headers } of asked) {
    expect(headers).toMatchObject({ "content-encoding": "gzip", "content-type": "text/html; charset=utf-8" });
    expect(String(gunzipSync(rawPayload))).toContain("<title>1 x");
  }
  const plain = await app.inject({ url: "/", headers: { "accept-encoding": "gzip;q=0, br" } });
  expect([plain.headers["content-encoding"], plain.body.slice(0, 15)]).toEqual([undefined, "<!doctype html>"]);
  const known = { "accept-encoding": "gzip", "if-none-match": String(asked[0].headers.etag) };
  expect((await app.inject({ url: "/", headers: known })).statusCode).toBe(304);
  expect(made).toBe(1);
  version = "2";
  const next = await app.inject({ url: "/", headers: known });
  expect([next.statusCode, made]).toEqual([200, 2]);
});

test("a page that fails is the server's fault, which its log knows, and is tried again", async () => {
  let fails = true;
  const html = async function* () {
    if (fails) throw new Error("secret of the disk");
    yield "whole";
  };
  const { app, failed } = await small({ page: () => ({ version: "1", html }) });
  const broken = await app.inject("/");
  expect([broken.statusCode, broken.headers["content-type"]]).toEqual([500, "application/json; charset=utf-8"]);
  expect(broken.body).not.toContain("secret");
  expect(failed).toHaveLength(1);
  fails = false;
  expect((await app.inject("/")).body).toBe("whole");
});
