import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import type { ServerLimits } from "#server/server-options.ts";
import { drawPicture } from "../support/pictures.ts";
import { rawRequest } from "../support/raw-request.ts";
import { listening, smallServer } from "../support/small-server.ts";
import { SmallSimilarImages } from "../support/small-similar-images.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const HOST = "Host: localhost\r\n";

async function served(limits: Partial<ServerLimits> = {}, answerMs = 0) {
  vi.stubEnv("TMPDIR", await temporaryFolder());
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const similar = await SmallSimilarImages.drawn(await temporaryFolder(), ["a.png", "b.png"]);
  similar.before = () => pause(answerMs);
  const server = await smallServer(similar, { limits });
  return { similar, port: await listening(server), ...server };
}

/** Bodies that lie on the disk. */
async function receivedFiles(): Promise<string[]> {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith("twinsift-received-"));
  const files = await Promise.all(folders.map((folder) => readdir(join(tmpdir(), folder)).catch(() => [])));
  return files.flat();
}

test("what comes while as many compute and wait as may is refused at once, and may ask again", async () => {
  const { port, similar } = await served({ maxConcurrent: 2, maxWaiting: 3 }, 400);
  const base = `http://127.0.0.1:${port}`;
  const answers = await Promise.all(Array.from({ length: 9 }, () => fetch(`${base}/similar/a.png`)));
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429, 429]);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.headers.get("retry-after")).toBe("1");
  expect(await refused?.json()).toEqual({ error: expect.stringContaining("2 requests at work and 3 waiting") });
  expect(similar.asked).toBe(5);
  expect((await fetch(`${base}/similar/a.png`)).status).toBe(200);
  expect(await (await fetch(`${base}/metrics`)).text()).toContain("twinsift_questions_refused_total 4");
});

test("who has gone is not computed for, and takes nobody's place", async () => {
  const { port, similar, answered } = await served({ maxConcurrent: 1, maxWaiting: 2 }, 300);
  const url = `http://127.0.0.1:${port}/similar/a.png`;
  const first = fetch(url);
  await pause(50);
  const gone = [1, 2].map(() => fetch(url, { signal: AbortSignal.timeout(50) }).catch(() => undefined));
  await Promise.all(gone);
  await pause(50);
  expect((await Promise.all([first, fetch(url)])).map(({ status }) => status)).toEqual([200, 200]);
  expect(similar.asked).toBe(2);
  expect(answered.filter(({ status }) => status === 499)).toHaveLength(2);
});

test("an answer that takes too long is given up with 503, and its turn ends with the work", async () => {
  const { port, similar } = await served({ maxConcurrent: 1, maxWaiting: 0, answerSeconds: 0.2 }, 600);
  const url = `http://127.0.0.1:${port}/similar/a.png`;
  const late = await fetch(url);
  expect([late.status, await late.json()]).toEqual([503, { error: expect.stringContaining("within 0.2 s") }]);
  expect((await fetch(url)).status).toBe(429);
  await pause(600);
  similar.before = async () => undefined;
  expect((await fetch(url)).status).toBe(200);
});

test("headers and bodies that come too slowly are given up, and leave no file behind", async () => {
  const { port } = await served({ requestSeconds: 1 });
  const slow = (parts: string[]) => rawRequest(port, parts, { pauseMs: 300 });
  const drops = Array.from({ length: 30 }, () => "x");
  const [headers, body, nothing] = await Promise.all([
    slow(["GET /healthz HTTP/1.1\r\n", HOST, ...drops]),
    slow([`POST /similar HTTP/1.1\r\n${HOST}Content-Length: 1000\r\n\r\n`, ...drops]),
    slow(["GET /hea"]),
  ]);
  for (const { status, seconds } of [headers, body, nothing]) {
    expect(status).toBe(408);
    expect(seconds).toBeLessThan(5);
  }
  await pause(100);
  expect(await receivedFiles()).toEqual([]);
});

test("a body over the limit is refused when it says so or as soon as it is, and not read on", async () => {
  const { port } = await served({ maxBodyBytes: 100_000 });
  const head = (more: string) => `POST /similar HTTP/1.1\r\n${HOST}${more}\r\n\r\n`;
  const told = await rawRequest(port, [head("Content-Length: 100001")]);
  const megabytes = function* () {
    for (let i = 0; i < 100; i++)
      yield Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(2 ** 20), Buffer.from("\r\n")]);
  };
  const chunked = await rawRequest(port, [head("Transfer-Encoding: chunked"), ...megabytes()]);
  for (const { status, text, seconds } of [told, chunked]) {
    expect([status, seconds < 3]).toEqual([413, true]);
    expect(text).toContain("more than 100,000 bytes");
  }
  expect(await receivedFiles()).toEqual([]);
});

test("a sender who goes on after a refusal is cut off", async () => {
  const { port } = await served({ maxBodyBytes: 1000, requestSeconds: 60 });
  const { connect } = await import("node:net");
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined).resume();
  const start = performance.now();
  socket.write(`POST /similar HTTP/1.1\r\n${HOST}Content-Length: 99999999\r\n\r\n`);
  const dripping = setInterval(() => socket.write("x"), 100);
  await new Promise((resolve) => socket.once("close", resolve));
  clearInterval(dripping);
  expect(performance.now() - start).toBeLessThan(4000);
});

test("only so many bytes of bodies lie on the disk at a time", async () => {
  const { port } = await served({ maxBodyBytes: 400_000, maxConcurrent: 2 }, 500);
  const payload = Buffer.concat([await drawPicture(1).png().toBuffer(), Buffer.alloc(390_000)]);
  const post = () => fetch(`http://127.0.0.1:${port}/similar`, { method: "POST", body: payload });
  const statuses = (await Promise.all(Array.from({ length: 6 }, post))).map(({ status }) => status).sort();
  expect(statuses.slice(0, 2)).toEqual([200, 200]);
  expect(new Set(statuses.slice(2))).toEqual(new Set([429]));
  expect(await receivedFiles()).toEqual([]);
});

test("a sender who breaks off leaves no file behind", async () => {
  const { port } = await served();
  const parts = [`POST /similar HTTP/1.1\r\n${HOST}Content-Length: 1000\r\n\r\n`, "half"];
  await rawRequest(port, parts, { mostMs: 200 });
  await pause(200);
  expect(await receivedFiles()).toEqual([]);
});

test("URLs and headers that are too long are refused", async () => {
  const { port } = await served();
  const get = (url: string, more = "") => rawRequest(port, [`GET ${url} HTTP/1.1\r\n${HOST}${more}\r\n`]);
  expect((await get(`/similar/${"a".repeat(16_000)}`)).status).toBe(404);
  expect((await get(`/similar/${"a".repeat(17_000)}`)).status).toBe(414);
  expect((await get(`/similar/${"a".repeat(500_000)}`)).status).toBe(414);
  expect((await get("/healthz", `X: ${"a".repeat(60_000)}\r\n`)).status).toBe(431);
  expect((await get("/healthz", "Xyz: abc\r\n".repeat(10_000))).status).toBe(431);
});

test("a name in UTF-8 that was not encoded is refused with what to do", async () => {
  const { port } = await served();
  const { status, text } = await rawRequest(port, [Buffer.from(`GET /similar/日本.png HTTP/1.1\r\n${HOST}\r\n`)]);
  expect([status, text]).toEqual([400, expect.stringContaining("percent-encoded")]);
});

test("an index that takes the place of another between two questions drops none", async () => {
  const { port, similar } = await served({ maxConcurrent: 8, maxWaiting: 64 }, 20);
  const url = `http://127.0.0.1:${port}/similar/a.png`;
  const asking = Array.from({ length: 8 }, async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 20; i++) statuses.push((await fetch(url)).status);
    return statuses;
  });
  for (let i = 0; i < 20; i++) {
    similar.facts = { ...similar.facts, generation: String(i) };
    await pause(10);
  }
  expect(new Set((await Promise.all(asking)).flat())).toEqual(new Set([200]));
});
