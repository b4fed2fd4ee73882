import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasChromium, openChromium } from "../support/chromium.ts";
import { openReport } from "../support/open-report.ts";
import { mixedContent } from "../support/review-content.ts";

let browser: Browser;
beforeAll(async () => {
  if (hasChromium) browser = await openChromium();
});
afterAll(() => browser?.close());

const open = (options: BrowserContextOptions) => openReport(browser, mixedContent(), options);
const inChromium = test.skipIf(!hasChromium);

inChromium.each<[string, BrowserContextOptions]>([
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["390 pixels wide", { viewport: { width: 390, height: 844 }, hasTouch: true }],
])("axe finds nothing amiss: %s, in every view and dialog", async (_, options) => {
  const { page, faults } = await open({ ...options, bypassCSP: true });
  await page.evaluate(axe.source);
  await page.locator("[data-action=drop]").first().click();
  await page.locator("[data-action=keep]").nth(1).click();
  await page.locator("[data-action=not-duplicate]").nth(1).click();
  for (const drop of await page.locator(".group").nth(3).locator("[data-action=drop]").all()) {
    if ((await drop.getAttribute("aria-pressed")) === "false") await drop.click();
  }
  const found: string[] = [];
  const look = async (place: string) => found.push(...(await violations(page)).map((text) => `${place}: ${text}`));
  await look("groups");
  for (const [place, selector] of [
    ["details", ".group [data-action=details] >> nth=1"],
    ["help", "#help"],
    ["export", "#export"],
  ]) {
    await page.locator(selector).click();
    await look(place);
    await page.keyboard.press("Escape");
  }
  for (const view of ["candidates", "charts"]) {
    await page.locator(`#${view}-link`).click();
    for (const summary of await page.locator("#charts-view summary:visible").all()) await summary.click();
    await look(view);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view).toBe(true);
  }
  expect(found).toEqual([]);
  expect(faults).toEqual([]);
});

inChromium("everything that can be pressed on a phone is at least 44 pixels high", async () => {
  const { page } = await open({ viewport: { width: 390, height: 844 }, hasTouch: true });
  const heights = await page
    .locator("button:visible, nav a:visible, select:visible, input:visible, summary:visible")
    .evaluateAll((all) =>
      all.map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect().height] as const),
    );
  expect(heights.filter(([, height]) => height < 44)).toEqual([]);
});
async function violations(page: Page): Promise<string[]> {
  return page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + " " + nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 160) + failureSummary).join(" | ")))`);
}
