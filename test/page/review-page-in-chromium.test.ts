import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "csv-parse/sync";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { fromCell } from "#data/spreadsheet-cell.ts";
import { reviewPage } from "#page/review-page.ts";
import { hasChromium, openChromium } from "../support/chromium.ts";
import { openReport } from "../support/open-report.ts";
import { MARKUP_NAMES, mixedContent } from "../support/review-content.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let browser: Browser;
beforeAll(async () => {
  if (hasChromium) browser = await openChromium();
});
afterAll(() => browser?.close());

const open = (content = mixedContent(), options?: BrowserContextOptions) => openReport(browser, content, options);
const inChromium = test.skipIf(!hasChromium);

inChromium(
  "a report opens from disk with all its pictures, asks for nothing else, and runs nothing that stands in a name",
  async () => {
    const { page, faults } = await open();
    const group = page.locator(".group").nth(1);
    for (const view of ["candidates", "charts", "groups"]) await page.locator(`#${view}-link`).click();
    await group.scrollIntoViewIfNeeded();
    await expect.poll(() => group.locator("img").count()).toBe(MARKUP_NAMES.length);
    expect(
      await group
        .locator("img")
        .evaluateAll((all) => all.every((img) => "naturalWidth" in img && img.naturalWidth === 160)),
    ).toBe(true);
    expect(await group.locator(".path").allTextContents()).toEqual([
      ...MARKUP_NAMES.slice(0, 5),
      "line⟨000A⟩end⟨000D⟩⟨2028⟩⟨202E⟩gpj.txt",
    ]);
    await group.locator(".picture").nth(1).click();
    await page.keyboard.press("Escape");
    expect(faults).toEqual([]);
  },
);

inChromium("groups are filtered as a person types and chooses, and the filters are cleared at once", async () => {
  const { page } = await open();
  await page.locator("#groups-search").fill("labeled");
  await expect.poll(() => page.locator(".group").count()).toBe(1);
  expect(await page.locator("#groups-status").textContent()).toBe("1 of 65 groups");
  await page.locator("#groups-search").fill("");
  await page.locator("#size").selectOption("6+");
  await page.locator("#order").selectOption("largest");
  await expect.poll(() => page.locator(".group-id").first().textContent()).toBe("g-film");
  await page.locator("#clear-filters").click();
  await expect.poll(() => page.locator("#groups-status").textContent()).toBe("65 groups, 1–50 here");
  await page.locator("#change").selectOption("new");
  await expect.poll(() => page.locator(".group-id").allTextContents()).toEqual(["g-plain"]);
  await page.locator("#groups-search").fill("nothing is called so");
  await expect.poll(() => page.locator("#groups-empty").isVisible()).toBe(true);
});

inChromium("pages are turned by buttons, the field and the browser's back button", async () => {
  const { page } = await open();
  const first = () => page.locator(".group h3").first().textContent();
  await page.locator("#groups-pager-below button").last().click();
  await expect.poll(first).toBe("Group 51");
  expect(page.url()).toMatch(/#groups\/2$/);
  await page.goBack();
  await expect.poll(first).toBe("Group 1");
  await page.locator("#groups-pager input").fill("2");
  await page.keyboard.press("Enter");
  await expect.poll(first).toBe("Group 51");
  await page.reload();
  await expect.poll(first).toBe("Group 51");
});

inChromium("marks by keyboard and by buttons are what the exported file holds", async () => {
  const { page, faults } = await open();
  await page.keyboard.press("j");
  expect(await focusedPath(page)).toContain("plain/a.jpg");
  await page.keyboard.press("k");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("d");
  await page.keyboard.press("j");
  await page.keyboard.press("n");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("a");
  const reference = page.locator(".group").nth(2);
  await reference.locator(".card").nth(1).locator("[data-action=drop]").click();
  const decided = page.locator(".group").nth(3);
  await decided.locator("[data-action=clear-group]").click();
  expect(await page.locator("#marks-text").textContent()).toMatch(/not exported yet/);
  expect(await exported(page)).toEqual([
    ["g-plain", "plain/a.jpg", "plain/a.jpg", "keep", ""],
    ["g-plain", "plain/b.jpg", "plain/a.jpg", "drop", ""],
    ["g-plain", "plain/c.jpg", "plain/a.jpg", "not-duplicate", ""],
    ...MARKUP_NAMES.slice(1).map((path) => ["g-markup", path, MARKUP_NAMES[0], "drop", ""]),
    ["g-reference", "new/r.jpg", "labeled/r.jpg", "drop", ""],
    ["g-decided", "old/d.jpg", "old/k.jpg", "undecided", "blurred"],
  ]);
  expect(await page.locator("#marks-text").textContent()).toMatch(/exported$/);
  expect(faults).toEqual([]);
});

inChromium(
  "the rules hold: a reference is not dropped, a keeper is no duplicate, and a group of which nothing stays is not forgotten",
  async () => {
    const { page } = await open();
    const reference = page.locator(".group").nth(2).locator(".card").first();
    expect(await reference.locator("[data-action=drop]").count()).toBe(0);
    await reference.focus();
    await page.keyboard.press("d");
    expect(await page.locator("#announcer").textContent()).toMatch(/cannot be dropped/);
    await page.locator(".card").first().focus();
    await page.keyboard.press("n");
    expect(await page.locator("#announcer").textContent()).toMatch(/This is the keeper/);
    expect(await page.locator("#export").isDisabled()).toBe(true);
    for (const drop of await page.locator(".group").first().locator("[data-action=drop]").all()) await drop.click();
    expect(await page.locator(".group .warning").first().textContent()).toMatch(/nothing of it would stay/);
    await expect.poll(() => page.locator("#lost").textContent()).toBe("1 group would lose every image");
    await page.locator("#export").click();
    await page.locator("#export-show-lost").click();
    await expect.poll(() => page.locator(".group-id").allTextContents()).toEqual(["g-plain"]);
    await page.keyboard.press("z");
    expect(await page.locator(".group .warning").first().textContent()).toBe("");
  },
);

inChromium(
  "a suggested label is shown with the image that it comes from, and labels that differ can be asked for",
  async () => {
    const { page } = await open();
    await page.locator("#labels").selectOption("conflict");
    await expect.poll(() => page.locator(".group-id").allTextContents()).toEqual(["g-reference"]);
    await page.locator(".card").nth(1).locator("[data-action=details]").click();
    const facts = await page.locator("#details-facts").textContent();
    expect(facts).toMatch(/Suggested labelcatSuggested bylabeled\/r\.jpgDistance to that0/);
  },
);

inChromium("marks and notes survive a reload, and leaving with marks that are not exported asks first", async () => {
  const { page, faults } = await open();
  await page.locator("[data-action=details]").nth(1).click();
  await page.locator("#details-note").fill("the watermark is ugly");
  await page.keyboard.press("Escape");
  await page.locator(".card").nth(1).locator("[data-action=drop]").click();
  await page.reload();
  expect(faults).toEqual(["dialog beforeunload"]);
  const card = page.locator(".card").nth(1);
  expect(await card.getAttribute("data-decision")).toBe("drop");
  expect(await card.textContent()).toContain("the watermark is ugly");
  expect(await exported(page)).toEqual([["g-plain", "plain/b.jpg", "plain/a.jpg", "drop", "the watermark is ugly"]]);
  await page.reload();
  expect(faults).toHaveLength(1);
});

inChromium(
  "a browser that refuses storage lets a person mark and export all the same, and says that it keeps nothing",
  async () => {
    const { page, faults } = await open();
    await page.addInitScript(
      "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied') } })",
    );
    await page.reload();
    await page.locator("[data-action=drop]").first().click();
    await expect.poll(() => page.locator("#marks-text").textContent()).toMatch(/keeps none/);
    expect(await exported(page)).toHaveLength(1);
    expect(faults).toEqual([]);
  },
);

inChromium("large groups show their further members when asked, and say why some have no picture", async () => {
  const { page } = await open(mixedContent({ maxThumbnails: 40 }));
  const film = page.locator(".group").nth(4);
  await expect.poll(() => film.locator(".card").count()).toBe(24);
  await film.locator("[data-action=more]").click();
  expect(await film.locator(".card").count()).toBe(48);
  await film.locator(".card").nth(47).scrollIntoViewIfNeeded();
  await expect.poll(() => film.locator(".card").nth(47).textContent()).toContain("reached its bound");
});

inChromium("a file that was cut off says so, and shows what there is", async () => {
  const chunks: string[] = [];
  for await (const chunk of reviewPage(mixedContent())) chunks.push(chunk);
  const html = chunks.join("");
  const file = join(await temporaryFolder(), "report.html");
  await writeFile(file, html.slice(0, html.indexOf('id="groups-block-1"') + 100));
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(pathToFileURL(file).href);
  await expect.poll(() => page.locator("#cut-off").isVisible()).toBe(true);
  await expect.poll(() => page.locator(".group").count()).toBe(50);
});

inChromium("single keys can be switched off", async () => {
  const { page } = await open();
  await page.keyboard.press("?");
  await page.locator("#shortcuts-on").uncheck();
  await page.keyboard.press("Escape");
  await page.locator(".card").first().focus();
  await page.keyboard.press("d");
  expect(await page.locator("#export").isDisabled()).toBe(true);
});

async function focusedPath(page: Page): Promise<string> {
  return String(await page.evaluate("document.activeElement.getAttribute('aria-label')"));
}

/** Rows of the file that the page gives, without the hashes. */
async function exported(page: Page): Promise<string[][]> {
  await page.locator("#export").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#export-download").click()]);
  await page.keyboard.press("Escape");
  expect(download.suggestedFilename()).toMatch(/^reviewed-[0-9a-f]{8}\.csv$/);
  const rows: string[][] = parse(await readFile(await download.path()), { bom: true, record_delimiter: "\r\n" });
  expect(rows[0]).toEqual(["group_id", "path", "sha256", "keep_path", "decision", "note"]);
  return rows.slice(1).map((row) => row.map(fromCell).filter((_, i) => i !== 2));
}
