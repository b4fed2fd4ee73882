import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasChromium, openChromium } from "../support/chromium.ts";
import { fakeSimilarityServer } from "../support/fake-similarity-server.ts";
import { givePicture } from "../support/give-picture.ts";
import { openServed } from "../support/open-served.ts";
import { bareContent } from "../support/served-content.ts";

let browser: Browser;
beforeAll(async () => {
  if (hasChromium) browser = await openChromium();
});
afterAll(() => browser?.close());
const inChromium = test.skipIf(!hasChromium);

inChromium(
  "a hundred thousand images are there within a second, and the browser holds but a page of them",
  async () => {
    const ids = Array.from({ length: 100_000 }, (_, i) => `set/${i % 100}/image-${String(i).padStart(6, "0")}.jpg`);
    const fake = await fakeSimilarityServer(bareContent({ images: ids.length }), { ids });
    const { page } = await openServed(browser, fake);
    const took: number[] = [];
    for (let time = 0; time < 3; time++) {
      await page.reload();
      await page.locator(".tile img").first().waitFor();
      await page.waitForLoadState("networkidle");
      // milliseconds since the page was asked for until its first picture was there
      took.push(
        await page.evaluate(
          "Math.min(...performance.getEntriesByType('resource').filter(({ name }) => /width=/.test(name)).map(({ responseEnd }) => responseEnd))",
        ),
      );
    }
    expect(Math.min(...took)).toBeLessThan(1000);
    expect(await page.locator(".tile").count()).toBe(96);
    await page.locator("#browse-pager input").fill("1000");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("#browse-status").textContent()).toBe("100,000 images, 95,905–96,000 here");
    expect(await page.locator(".tile").count()).toBe(96);
    for (const view of ["groups", "candidates", "charts"])
      expect(await page.locator(`#${view}-link`).isVisible()).toBe(false);
  },
);

inChromium("vectors without pictures and without a model are browsed by their names", async () => {
  const ids = Array.from({ length: 200 }, (_, i) => `trip/${i % 7}/photo ${i}.jpg`);
  const fake = await fakeSimilarityServer(bareContent({ metric: "cosine", model: undefined }), {
    ids,
    hasPictures: false,
  });
  const { page, faults } = await openServed(browser, fake);
  await expect.poll(() => page.locator(".tile").first().textContent()).toMatch(/^No picturetrip\/0\/photo/);
  expect(await page.locator("#picture-button").isVisible()).toBe(false);
  await page.locator(".tile").first().click();
  await page.locator("#map-drawing .neighbour").first().waitFor();
  expect(await page.locator("#map-caption").textContent()).toBe("Rings show the 1 − cosine.");
  await givePicture(page, "drop", Buffer.from("text"));
  await expect.poll(() => page.locator("#announcer").textContent()).toMatch(/without a model/);
  expect(faults.filter((fault) => !/Failed to load resource/.test(fault))).toEqual([]);
});

inChromium(
  "while another page of images is awaited, those that are there lead nowhere, and going back keeps them",
  async () => {
    const ids = Array.from({ length: 300 }, (_, i) => `trip/photo ${String(i).padStart(3, "0")}.jpg`);
    const fake = await fakeSimilarityServer(bareContent({ images: ids.length }), { ids });
    const { page, faults } = await openServed(browser, fake);
    const status = () => page.locator("#browse-status").textContent();
    await expect.poll(status).toMatch(/1–96 here/);
    let letThrough: () => void = () => undefined;
    const isAwaited = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await page.route(/offset=96/, async (route) => {
      await isAwaited;
      await route.continue().catch(() => undefined);
    });
    await page.locator(".tile").nth(2).focus();
    await page.keyboard.press("]");
    await expect.poll(() => page.locator("#tiles").getAttribute("aria-busy")).toBe("true");
    await page.keyboard.press("Enter");
    const { x, y } = (await page.locator(".tile").nth(3).boundingBox()) ?? { x: 0, y: 0 };
    await page.mouse.click(x + 30, y + 30);
    expect(await page.evaluate("location.hash")).toBe("#browse/2");
    await page.goBack();
    await expect.poll(() => page.locator("#tiles").getAttribute("aria-busy")).toBe(null);
    letThrough();
    await page.waitForLoadState("networkidle");
    expect(await status()).toMatch(/1–96 here/);
    await page.locator(".tile").nth(2).click();
    await page.locator('#map-drawing .centre[aria-label="In the middle: trip/photo 002.jpg"]').waitFor();
    expect(faults).toEqual([]);
  },
);
