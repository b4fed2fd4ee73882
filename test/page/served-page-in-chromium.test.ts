import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasChromium, openChromium } from "../support/chromium.ts";
import { type FakeServer, fakeSimilarityServer } from "../support/fake-similarity-server.ts";
import { givePicture } from "../support/give-picture.ts";
import { neighboursOf, openServed } from "../support/open-served.ts";
import { drawPicture } from "../support/pictures.ts";
import { mixedContent } from "../support/review-content.ts";
import { servedContent } from "../support/served-content.ts";

let browser: Browser;
beforeAll(async () => {
  if (hasChromium) browser = await openChromium();
});
afterAll(() => browser?.close());
const inChromium = test.skipIf(!hasChromium);

const OTHERS = Array.from({ length: 200 }, (_, i) => `trip/${Math.floor(i / 5)}/photo ${i}${"abcde"[i % 5]}.jpg`);

/** A server of the images of a report and some more. */
async function server(): Promise<FakeServer> {
  const report = mixedContent();
  const groups = [...(report.groups() as Iterable<{ members: readonly { path: string }[] }>)];
  const candidates = [...(report.candidates() as Iterable<{ path: string }>)];
  const paths = [...groups.flatMap(({ members }) => members), ...candidates].map(({ path }) => path);
  const ids = [...new Set([...paths, ...OTHERS])];
  return fakeSimilarityServer(await servedContent(report, { images: ids.length }), { ids });
}

inChromium("five neighbours are walked by mouse, and the browser's buttons walk them back and forth", async () => {
  const { page, faults } = await openServed(browser, await server());
  await page.locator(".tile").nth(8).click();
  const walked = [String(await page.locator(".tile").nth(8).getAttribute("aria-label"))];
  for (let step = 0; step < 5; step++) {
    const neighbours = await neighboursOf(page, walked[step]);
    expect(neighbours).not.toContain(walked[step]);
    expect(neighbours).toHaveLength(24);
    const next = neighbours.find((id) => !walked.includes(id)) ?? "";
    await page.locator(`#map-drawing .neighbour[data-place="${neighbours.indexOf(next)}"]`).click();
    walked.push(next);
  }
  await neighboursOf(page, walked[5]);
  const trail = () => page.locator("#trail a").evaluateAll((all) => all.map((a) => a.getAttribute("aria-label")));
  expect(await trail()).toEqual(walked.map((id) => id.slice(id.lastIndexOf("/") + 1)));
  for (const [id, steps] of [
    [walked[4], 5],
    [walked[3], 4],
  ] as const) {
    await page.goBack();
    await neighboursOf(page, id);
    expect(await trail()).toHaveLength(steps);
  }
  await page.goForward();
  await neighboursOf(page, walked[4]);
  expect(await page.locator("#browse-title").textContent()).toBe(`Like ${walked[4].split("/").at(-1)}`);
  await page.locator("#to-grid").click();
  await expect.poll(() => page.locator("#grid").isVisible()).toBe(true);
  expect(faults).toEqual([]);
});

inChromium("a link that was copied opens the same view anywhere, and going back leaves it", async () => {
  const fake = await server();
  const { page } = await openServed(browser, fake, "#similar/plain/b.jpg", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await neighboursOf(page, "plain/b.jpg");
  await page.locator("#map-count").selectOption("12");
  await page.locator("#map-references").check();
  await expect.poll(() => fake.requests.at(-1)).toBe("GET similar/plain/b.jpg?limit=13&referenceOnly=true");
  await expect.poll(() => page.locator("#neighbours li").count()).toBe(12);
  const neighbours = await neighboursOf(page, "plain/b.jpg");
  await page.locator("#copy-link").click();
  await expect.poll(() => page.locator("#announcer").textContent()).toBe("Link copied");
  const link = String(await page.evaluate("navigator.clipboard.readText()"));
  expect(link).toBe(`${fake.url}#similar/plain/b.jpg?n=12&references=1`);
  const other = await openServed(browser, fake, link.slice(fake.url.length));
  expect(await neighboursOf(other.page, "plain/b.jpg")).toEqual(neighbours);
  expect(await other.page.locator("#map-references").isChecked()).toBe(true);
  expect(other.faults).toEqual([]);
});

inChromium(
  "a picture that is dropped, pasted or chosen is in the middle of a map, and stays there on the way back",
  async () => {
    const fake = await server();
    const { page, faults } = await openServed(browser, fake, "#groups");
    const picture = await drawPicture(5).png().toBuffer();
    await givePicture(page, "drop", picture);
    const [first] = await neighboursOf(page, "mine.png");
    expect(fake.requests).toContain("POST similar?limit=24");
    expect(await page.locator("#centre-picture img").getAttribute("src")).toMatch(/^blob:/);
    expect(await page.locator("#centre-facts").textContent()).toMatch(/not added to the index.*this tab alone/);
    expect(await page.locator("#copy-link").isVisible()).toBe(false);
    await page.locator("#neighbours a").first().click();
    await neighboursOf(page, first);
    await page.goBack();
    await neighboursOf(page, "mine.png");
    await givePicture(page, "paste", picture, "pasted.png");
    await neighboursOf(page, "pasted.png");
    await page
      .locator("#picture-field")
      .setInputFiles({ name: "<b>chosen</b>.png", mimeType: "image/png", buffer: picture });
    await neighboursOf(page, "<b>chosen</b>.png");
    expect(faults).toEqual([]);
    await page.reload();
    await expect.poll(() => page.locator("#map-problem").textContent()).toMatch(/give it again/);
  },
);

inChromium("what the server says is wrong stands in the page as it says it", async () => {
  const { page, faults } = await openServed(browser, await server(), "#similar/no/such.jpg");
  await expect
    .poll(() => page.locator("#map-problem").textContent())
    .toBe('No image of the index has the id "no/such.jpg"');
  await givePicture(page, "drop", Buffer.from("text"));
  await expect.poll(() => page.locator("#map-problem").textContent()).toMatch(/Found a text, expected a picture/);
  expect(faults.filter((fault) => !/Failed to load resource/.test(fault))).toEqual([]);
});
