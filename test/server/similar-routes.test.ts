import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { drawPicture } from "../support/pictures.ts";
import { smallServer } from "../support/small-server.ts";
import { SmallSimilarImages } from "../support/small-similar-images.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const IDS = [
  "a.png",
  "b/c d.png",
  "ref/e.png",
  "ü/100%.png",
  "=cmd().png",
  "quo'\"te.png",
  "line\nend\r.png",
  "😀\u2028.png",
];

async function small(ids = IDS) {
  const similar = await SmallSimilarImages.drawn(await temporaryFolder(), ids);
  return { similar, ...(await smallServer(similar)) };
}

const urlOf = (id: string) => `/similar/${id.split("/").map(encodeURIComponent).join("/")}`;

test("an image of the index is the nearest to itself, and the others follow by distance", async () => {
  const { app, similar } = await small();
  for (const id of IDS) {
    const answer = await app.inject(urlOf(id));
    expect(answer.statusCode).toBe(200);
    const { time, queryObjectId, similarImages } = answer.json();
    expect(Math.abs(time - Date.now())).toBeLessThan(10_000);
    expect(queryObjectId).toBe(id);
    expect(similarImages).toEqual(await similar.similarTo(id, { limit: 100 }));
    expect(similarImages[0]).toEqual({ objectId: id, distance: 0 });
  }
});

test("a slash within a part of a URL is one between parts, and nothing is decoded twice", async () => {
  const { app } = await small(["b/c d.png", "%2e.png", "a%2Fb.png"]);
  expect((await app.inject("/similar/b%2Fc%20d.png")).json().queryObjectId).toBe("b/c d.png");
  expect((await app.inject("/similar/%252e.png")).json().queryObjectId).toBe("%2e.png");
  expect((await app.inject("/similar/a%252Fb.png")).json().queryObjectId).toBe("a%2Fb.png");
  expect((await app.inject("/similar/a%2Fb.png")).statusCode).toBe(404);
});

test("limit and referenceOnly bound what is told", async () => {
  const { app } = await small();
  expect((await app.inject("/similar/a.png?limit=2")).json().similarImages).toHaveLength(2);
  const { similarImages } = (await app.inject("/similar/a.png?referenceOnly=true")).json();
  expect(similarImages.map(({ objectId }: { objectId: string }) => objectId)).toEqual(["ref/e.png"]);
});

test("a wrong parameter is refused with what was found and expected", async () => {
  const { app } = await small();
  const refusals = {
    "limit=NaN": 'Found "NaN" as the parameter "limit", expected a whole number from 1 to 10000',
    "limit=0": 'Found "0" as the parameter "limit", expected a whole number from 1 to 10000',
    "limit=-1": 'Found "-1" as the parameter "limit", expected a whole number from 1 to 10000',
    "limit=1e9": 'Found "1e9" as the parameter "limit", expected a whole number from 1 to 10000',
    "limit=": 'Found "" as the parameter "limit", expected a whole number from 1 to 10000',
    "limit=1.5": 'Found "1.5" as the parameter "limit", expected a whole number from 1 to 10000',
    "limit=1&limit=2": 'Found the parameter "limit" 2 times, expected it once',
    "limit=Infinity": 'Found "Infinity" as the parameter "limit", expected a whole number from 1 to 10000',
    "limit=0x10": 'Found "0x10" as the parameter "limit", expected a whole number from 1 to 10000',
    "limits=1": 'Found the unknown parameter "limits" (did you mean "limit"?)',
    "referenceOnly=maybe": 'Found "maybe" as the parameter "referenceOnly", expected true or false',
  };
  for (const [query, error] of Object.entries(refusals)) {
    const answer = await app.inject(`/similar/a.png?${query}`);
    expect([query, answer.statusCode, answer.json()]).toEqual([query, 400, { error }]);
  }
});

test("what is no id of the index is not found, whatever path it names", async () => {
  const { app } = await small();
  const secret = "/etc/passwd";
  for (const id of [
    "x",
    "",
    "%2e%2e%2fa.png",
    "a.png/",
    "/a.png",
    "A.PNG",
    "a.png\0",
    secret,
    "__proto__",
    "constructor",
  ]) {
    const answer = await app.inject(urlOf(id));
    expect([id, answer.statusCode]).toEqual([id, 404]);
    expect(answer.json().error).toMatch(/^(No image of the index has the id|Found no route for)/);
  }
});

test("a picture that is sent is answered with what is like it, and leaves no file behind", async () => {
  const folder = await temporaryFolder();
  vi.stubEnv("TMPDIR", folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { app, similar } = await small();
  const picture = await drawPicture(0).png().toBuffer();
  for (const type of [
    "image/png",
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "text/plain",
    undefined,
  ]) {
    const headers = type === undefined ? {} : { "content-type": type };
    const answer = await app.inject({ method: "POST", url: "/similar?limit=3", payload: picture, headers });
    expect([type, answer.statusCode]).toEqual([type, 200]);
    const { queryObjectId, similarImages } = answer.json();
    expect(queryObjectId).toBeNull();
    expect(similarImages).toEqual(await similar.similarTo("a.png", { limit: 3 }));
  }
  const [received] = (await readdir(folder)).filter((name) => name.startsWith("twinsift-received-"));
  expect(await readdir(join(folder, received))).toEqual([]);
  await app.close();
  expect(await readdir(folder)).not.toContain(received);
});

test("a body that is no picture, empty, too large or a form is refused", async () => {
  const { app } = await small();
  const post = async (payload: Buffer | string, headers = {}) => {
    const answer = await app.inject({ method: "POST", url: "/similar", payload, headers });
    return [answer.statusCode, answer.json().error.slice(0, 30)];
  };
  expect(await post("no picture")).toEqual([415, "Found no usable picture (Input"]);
  expect(await post("")).toEqual([400, "Found an empty body, expected "]);
  expect(await post(Buffer.alloc(1_000_001))).toEqual([413, "Found a body of more than 1M b"]);
  expect(await post("--x", { "content-type": "multipart/form-data; boundary=x" })).toEqual([
    415,
    "Found a form (multipart), expe",
  ]);
  const broken = (await drawPicture(1, { width: 300, height: 300 }).png().toBuffer()).subarray(0, 200);
  expect((await post(broken))[0]).toBe(422);
});

test("a server of features without a model says that it takes no pictures", async () => {
  const similar = await SmallSimilarImages.drawn(await temporaryFolder(), ["a.png"], { model: undefined });
  const { app } = await smallServer(similar);
  expect((await app.inject({ method: "POST", url: "/similar", payload: "x" })).statusCode).toBe(501);
  expect((await app.inject("/similar/a.png")).statusCode).toBe(200);
});
