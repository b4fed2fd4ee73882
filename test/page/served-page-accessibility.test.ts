import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasChromium, openChromium } from "../support/chromium.ts";
import { type FakeServer, fakeSimilarityServer } from "../support/fake-similarity-server.ts";
import { openServed } from "../support/open-served.ts";
import { mixedContent } from "../support/review-content.ts";
import { bareContent, servedContent } from "../support/served-content.ts";

let browser: Browser;
beforeAll(async () => {
  if (hasChromium) browser = await openChromium();
});
afterAll(() => browser?.close());
const inChromium = test.skipIf(!hasChromium);

const IDS = ["plain/a.jpg", "plain/b.jpg", "plain/c.jpg"].concat(
  Array.from({ length: 150 }, (_, i) => `trip/photo ${i}${"abcde"[i % 5]}.jpg`),
);

async function server(): Promise<FakeServer> {
  return fakeSimilarityServer(await servedContent(mixedContent(), { images: IDS.length }), { ids: IDS });
}

const ways: [string, BrowserContextOptions][] = [
  ["360 pixels wide", { viewport: { width: 360, height: 740 }, hasTouch: true }],
];

inChromium.each(ways)(
  "axe finds nothing amiss, and nothing is scrolled sideways: %s, in every view",
  async (_, options) => {
    const { page } = await openServed(browser, await server(), "", {
      ...options,
      bypassCSP: true,
      reducedMotion: "reduce",
    });
    await page.evaluate(axe.source);
    const found: string[] = [];
    const look = async (place: string) => {
      found.push(...(await violations(page)).map((text) => `${place}: ${text}`));
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place).toBe(true);
    };
    await page.locator(".tile").first().waitFor();
    await look("grid");
    for (const address of [
      "#similar/plain/b.jpg?n=48",
      "#similar/trip/photo%207c.jpg",
      "#similar/none",
      "#picture/9",
    ]) {
      await page.evaluate(`location.hash = ${JSON.stringify(address)}`);
      await page.locator("#map-problem:visible, #map-drawing .neighbour >> nth=0").first().waitFor();
      await page.waitForLoadState("networkidle");
      await look(address);
    }
    for (const view of ["groups", "candidates", "charts"]) {
      await page.locator(`#${view}-link`).click();
      await look(view);
    }
    await page.locator("#help").click();
    await look("help");
    expect(found).toEqual([]);
  },
);

inChromium("a page without reports is without fault too", async () => {
  const fake = await fakeSimilarityServer(bareContent({ images: IDS.length, hasReferences: false }), { ids: IDS });
  const { page, faults } = await openServed(browser, fake, "#similar/plain/a.jpg", { bypassCSP: true });
  await page.evaluate(axe.source);
  await page.locator("#map-drawing .neighbour").first().waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await page.locator("#review-bar").getByRole("button", { includeHidden: false }).count()).toBe(0);
  expect(faults).toEqual([]);
});

inChromium("everything that can be pressed on a phone is at least 44 pixels high", async () => {
  const options = { viewport: { width: 390, height: 844 }, hasTouch: true };
  const { page } = await openServed(browser, await server(), "", options);
  const low: unknown[] = [];
  for (const address of ["#browse", "#similar/plain/b.jpg"]) {
    await page.evaluate(`location.hash = ${JSON.stringify(address)}`);
    await page.locator(".tile:visible, .neighbour:visible").first().waitFor();
    const heights = await page
      .locator(
        "button:visible, nav > a:visible, select:visible, input:visible, label.button:visible, .neighbour-row:visible",
      )
      .evaluateAll((each) =>
        each.map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height] as const),
      );
    low.push(...heights.filter(([html, height]) => height < 44 && !/checkbox|file/.test(html)));
  }
  expect(low).toEqual([]);
});

inChromium("the first map and the first grid move nothing that stood there before", async () => {
  for (const address of ["", "#similar/plain/b.jpg"]) {
    const { page } = await openServed(browser, await server(), address);
    await page.locator(".tile:visible, .neighbour:visible").first().waitFor();
    await page.waitForLoadState("networkidle");
    const shift = await page.evaluate(`new Promise((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, { value }) => sum + value, 0)))
        .observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve(0), 300);
    })`);
    expect(shift, address).toBeLessThan(0.01);
  }
});

async function violations(page: Page): Promise<string[]> {
  return page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + " " + nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 160) + failureSummary).join(" | ")))`);
}
