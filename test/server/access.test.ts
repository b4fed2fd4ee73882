import { expect, test } from "vitest";
import type { ServerOptions } from "#server/server-options.ts";
import { smallServer } from "../support/small-server.ts";
import { SmallSimilarImages } from "../support/small-similar-images.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const TOKEN = "0123456789abcdef";

async function server(told: Partial<Pick<ServerOptions, "token" | "cors">> = {}) {
  const { app } = await smallServer(await SmallSimilarImages.drawn(await temporaryFolder(), ["a.png"]), told);
  return (url: string, headers: Record<string, string> = {}, method: "GET" | "POST" | "OPTIONS" = "GET") =>
    app.inject({ url, headers: { host: "localhost:8080", ...headers }, method });
}

test("without a token only this machine's own names are answered to", async () => {
  const ask = await server();
  for (const host of ["localhost", "LOCALHOST:1", "127.0.0.1:8080", "127.9.9.9", "[::1]:80"])
    expect([host, (await ask("/healthz", { host })).statusCode]).toEqual([host, 200]);
  for (const host of [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "192.168.1.2",
    "[::2]",
    "x@localhost",
  ]) {
    const answer = await ask("/healthz", { host });
    expect([host, answer.statusCode]).toEqual([host, 421]);
    expect(answer.json().error).toContain("expected localhost");
  }
});

test("with a token every route wants it, under any name, and none tells anything without", async () => {
  const ask = await server({ token: TOKEN });
  for (const url of [
    "/",
    "/healthz",
    "/metrics",
    "/openapi.json",
    "/similar/a.png",
    "/images",
    "/images/a.png",
    "/nothing",
  ]) {
    for (const authorization of [
      "",
      "Bearer",
      "Bearer wrong",
      `Basic ${TOKEN}`,
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN} x`,
    ]) {
      const answer = await ask(url, { host: "example.org", authorization });
      expect([url, authorization, answer.statusCode]).toEqual([url, authorization, 401]);
      expect(Object.keys(answer.json())).toEqual(["error"]);
    }
    const { statusCode } = await ask(url, { host: "example.org", authorization: `Bearer ${TOKEN}` });
    expect([url, statusCode]).toEqual([url, url === "/nothing" ? 404 : 200]);
  }
});

test("a token in the address of the page becomes a cookie that no script reads, and leaves the address", async () => {
  const ask = await server({ token: TOKEN });
  const answer = await ask(`/?a=1&token=${TOKEN}`);
  expect([answer.statusCode, answer.headers.location]).toEqual([303, "./?a=1"]);
  const cookie = String(answer.headers["set-cookie"]);
  expect(cookie).toMatch(/^twinsift-[0-9a-f]{8}=[\w-]+; Path=\/; HttpOnly; SameSite=Strict/);
  expect(cookie).not.toContain(TOKEN);
  expect((await ask("/healthz", { cookie: `x=1; ${cookie.split(";")[0]}` })).statusCode).toBe(200);
  expect((await ask("/healthz", { cookie: `${cookie.split("=")[0]}=${TOKEN}` })).statusCode).toBe(401);
  expect((await ask(`/healthz?token=${TOKEN}`)).statusCode).toBe(401);
  expect((await ask("/?token=wrong")).statusCode).toBe(401);
});

test("a person who opens the page without the token is asked for it", async () => {
  const ask = await server({ token: TOKEN });
  const { statusCode, body, headers } = await ask("/", { accept: "text/html" });
  expect([statusCode, headers["content-type"]]).toEqual([401, "text/html; charset=utf-8"]);
  expect(body).toContain('name="token" type="password"');
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
});

test("a token that could be guessed is refused", async () => {
  const similar = await SmallSimilarImages.drawn(await temporaryFolder(), ["a.png"]);
  for (const token of ["", "short", "0123456789abcde", "with spaces in it all over", "ümläutß ümläutß"])
    await expect(smallServer(similar, { token })).rejects.toThrow("Expected a token of at least 16 characters");
});

test("pages of other sites cannot make a browser send anything", async () => {
  const ask = await server();
  const post = async (headers: Record<string, string>) => (await ask("/similar", headers, "POST")).statusCode;
  // an empty body is what is refused where the sender is not
  const isLetThrough = 400;
  expect(await post({})).toBe(isLetThrough);
  expect(await post({ "sec-fetch-site": "same-origin", origin: "http://localhost:8080" })).toBe(isLetThrough);
  expect(await post({ "sec-fetch-site": "none" })).toBe(isLetThrough);
  expect(await post({ origin: "http://localhost:8080" })).toBe(isLetThrough);
  for (const origin of ["https://evil.example", "null", "http://localhost:8081", "http://localhost:8080.evil.example"])
    expect([origin, await post({ origin })]).toEqual([origin, 403]);
  for (const site of ["cross-site", "same-site", "nonsense"])
    expect([site, await post({ "sec-fetch-site": site })]).toEqual([site, 403]);
});

test("without CORS no page of another origin is let in; with it those that are named are", async () => {
  const closed = await (await server())("/healthz", { origin: "https://a.example" });
  expect(closed.headers["access-control-allow-origin"]).toBeUndefined();
  const ask = await server({ cors: ["https://a.example"], token: TOKEN });
  const preflight = await ask(
    "/similar",
    { origin: "https://a.example", "access-control-request-method": "POST" },
    "OPTIONS",
  );
  expect([preflight.statusCode, preflight.headers["access-control-allow-origin"]]).toEqual([204, "https://a.example"]);
  expect(preflight.headers["access-control-allow-headers"]).toContain("authorization");
  const authorization = `Bearer ${TOKEN}`;
  const allowed = await ask(
    "/similar",
    { origin: "https://a.example", "sec-fetch-site": "cross-site", authorization },
    "POST",
  );
  expect([allowed.statusCode, allowed.headers["access-control-allow-origin"]]).toEqual([400, "https://a.example"]);
  expect(allowed.headers["cross-origin-resource-policy"]).toBe("cross-origin");
  const other = await ask("/similar", { origin: "https://b.example", authorization }, "POST");
  expect([other.statusCode, other.headers["access-control-allow-origin"]]).toEqual([403, undefined]);
  const open = await (await server({ cors: "*" }))("/healthz", { origin: "https://b.example" });
  expect(open.headers["access-control-allow-origin"]).toBe("*");
});
