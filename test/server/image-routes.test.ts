import { createHash } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { drawPicture } from "../support/pictures.ts";
import { smallServer } from "../support/small-server.ts";
import { SmallSimilarImages } from "../support/small-similar-images.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SVG =
  '<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';

async function pictures() {
  const drawn = () => drawPicture(5, { width: 320, height: 200 });
  const files = {
    "a.jpg": await drawn().jpeg().toBuffer(),
    "b.png": await drawn().png().toBuffer(),
    "c.webp": await drawn().webp().toBuffer(),
    "d.gif": await drawn().gif().toBuffer(),
    "e.avif": await drawn().avif().toBuffer(),
    "f.svg": Buffer.from(SVG),
    "g.tiff": await drawn().tiff().toBuffer(),
    "h.html.jpg": Buffer.from("<!doctype html><script>alert(1)</script>"),
  };
  const similar = await SmallSimilarImages.of(await temporaryFolder(), files);
  return { files, similar };
}

test("a file comes as it is, with the type that its bytes tell, and can do nothing in a browser", async () => {
  const { files, similar } = await pictures();
  const { app } = await smallServer(similar);
  const types = ["jpeg", "png", "webp", "gif", "avif", "svg+xml"].map((type) => `image/${type}`);
  for (const [i, [id, content]] of Object.entries(files).entries()) {
    const answer = await app.inject(`/images/${id}`);
    expect([id, answer.statusCode, answer.rawPayload.equals(content)]).toEqual([id, 200, true]);
    expect(answer.headers).toMatchObject({
      "content-type": types[i] ?? "application/octet-stream",
      "content-length": String(content.length),
      "content-security-policy": expect.stringContaining("default-src 'none'"),
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
    });
    expect(answer.headers["content-security-policy"]).toMatch(/; sandbox$/);
    expect(answer.headers["content-disposition"]).toBe(types[i] ? undefined : "attachment");
  }
});

test("who has a file already is told so until it changes, and a file that is gone is said to be", async () => {
  const { similar } = await pictures();
  const { app } = await smallServer(similar);
  const { etag } = (await app.inject("/images/a.jpg")).headers;
  const again = () => app.inject({ url: "/images/a.jpg", headers: { "if-none-match": String(etag) } });
  expect((await again()).statusCode).toBe(304);
  await writeFile(join(similar.folder, "a.jpg"), "another");
  expect((await again()).body).toBe("another");
  await rm(join(similar.folder, "a.jpg"));
  for (const url of ["/images/a.jpg", "/images/a.jpg?width=100"]) {
    const answer = await app.inject(url);
    expect([answer.statusCode, answer.json().error]).toEqual([410, expect.stringContaining('"a.jpg" is gone')]);
    expect(answer.body).not.toContain(similar.folder);
  }
});

test("width gives a JPEG that fits into a square, and is kept", async () => {
  const { similar } = await pictures();
  let made = 0;
  const thumbnail = (path: string, side: number) => {
    made++;
    return sharp(path).resize({ width: side, height: side, fit: "inside" }).jpeg().toBuffer();
  };
  const { app } = await smallServer(similar, { thumbnail });
  const ask = (width: number, headers = {}) => app.inject({ url: `/images/b.png?width=${width}`, headers });
  const all = await Promise.all(Array.from({ length: 30 }, () => ask(64)));
  for (const { rawPayload, headers } of all) {
    expect(headers["content-type"]).toBe("image/jpeg");
    expect(await sharp(rawPayload).metadata()).toMatchObject({ width: 64, height: 40 });
  }
  await ask(64);
  expect(made).toBe(1);
  const known = { "if-none-match": String(all[0].headers.etag) };
  expect((await ask(64, known)).statusCode).toBe(304);
  expect((await ask(65, known)).statusCode).toBe(200);
  expect(made).toBe(2);
});

test("a width out of bounds and a picture that cannot be decoded are refused", async () => {
  const { similar } = await pictures();
  const { app } = await smallServer(similar);
  for (const width of ["15", "2049", "NaN", "-1", "1e9", ""])
    expect([width, (await app.inject(`/images/b.png?width=${width}`)).statusCode]).toEqual([width, 400]);
  expect((await app.inject("/images/h.html.jpg?width=100")).statusCode).toBe(415);
});

test("images are listed in the order of their ids, by pages and by a part of the id", async () => {
  const ids = ["B.png", "a.png", "b/ÄRger.png", "b/a\u0308rmel.png", "z.png"];
  const { app } = await smallServer(await SmallSimilarImages.drawn(await temporaryFolder(), ids));
  const list = async (query: string) => {
    const { total, images } = (await app.inject(`/images${query}`)).json();
    return [total, images.map(({ objectId }: { objectId: string }) => objectId)];
  };
  expect(await list("")).toEqual([5, ["B.png", "a.png", "b/a\u0308rmel.png", "b/ÄRger.png", "z.png"]]);
  expect(await list("?offset=3&limit=1")).toEqual([5, ["b/ÄRger.png"]]);
  expect(await list("?offset=99")).toEqual([5, []]);
  expect(await list("?query=b")).toEqual([3, ["B.png", "b/a\u0308rmel.png", "b/ÄRger.png"]]);
  expect(await list(`?query=${encodeURIComponent("äR")}&limit=1`)).toEqual([2, ["b/a\u0308rmel.png"]]);
  expect((await app.inject("/images?limit=1001")).statusCode).toBe(400);
  expect((await app.inject("/images?limit=1")).json().images).toEqual([{ objectId: "B.png", width: 64, height: 48 }]);
});

test("images can be added only where that is enabled, once each, and are found at once", async () => {
  const similar = await SmallSimilarImages.drawn(await temporaryFolder(), ["a.png"]);
  const payload = await drawPicture(9).png().toBuffer();
  const post = (
    app: { inject: (options: object) => Promise<{ statusCode: number; json: () => unknown }> },
    url: string,
  ) => app.inject({ method: "POST", url, payload });
  expect((await post((await smallServer(similar)).app as never, "/images")).statusCode).toBe(403);
  const { app } = await smallServer(similar, { canAdd: true });
  const added = await app.inject({ method: "POST", url: "/images?name=n%20%C3%BC.png", payload });
  expect([added.statusCode, added.headers.location, added.json()]).toEqual([
    ...[201, "images/n%20%C3%BC.png", { objectId: "n ü.png", isNew: true }],
  ]);
  const again = await app.inject({ method: "POST", url: "/images?name=m.png", payload });
  expect([again.statusCode, again.json()]).toEqual([200, { objectId: "n ü.png", isNew: false }]);
  expect((await app.inject("/similar/n%20%C3%BC.png")).json().similarImages).toHaveLength(2);
  for (const name of ["../x.png", "a/b.png", "a\\b.png", ".x", "x\0.png", "x\n.png", "", "ü".repeat(128)]) {
    const { statusCode } = await app.inject({
      method: "POST",
      url: `/images?name=${encodeURIComponent(name)}`,
      payload,
    });
    expect([name, statusCode]).toEqual([name, 400]);
  }
});

test("a picture's tag names its content", async () => {
  const { files, similar } = await pictures();
  const { app } = await smallServer(similar);
  const sha256 = createHash("sha256").update(files["b.png"]).digest("hex");
  expect((await app.inject("/images/b.png?width=64")).headers.etag).toContain(sha256);
});
