import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { parse } from "csv-parse/sync";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { similarHash } from "#page/browser/browse/browse-route.ts";
import { encodedId } from "#page/browser/browse/image-address.ts";
import { visibleText } from "#page/browser/visible-text.ts";
import { hasChromium, openChromium } from "../support/chromium.ts";
import { givePicture } from "../support/give-picture.ts";
import { COPIES, copyOf, HARD_IDS, makeHardDataSet } from "../support/hard-data-set.ts";
import { openServed } from "../support/open-served.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { RunningServer } from "../support/running-server.ts";
import { expectMap, type Similar } from "../support/shown-map.ts";

const PER_MAP = 24;
const DROPPED = "<img src=x onerror=window.ran=2>.jpg";
const MARKED = "copies/<svg onload=window.ran=1>.jpg";

let root: string;
let images: string;
let flags: readonly string[];
let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  if (!hasChromium) return;
  root = await realpath(await mkdtemp(join(tmpdir(), "twinsift-served-")));
  ({ images, flags } = await makeHardDataSet(root));
  expect(await runPipelineCommand(flags)).toMatchObject({ exitCode: 0 });
  [browser, server] = await Promise.all([openChromium(), RunningServer.start(flags)]);
}, 120_000);
afterAll(async () => {
  await Promise.all([browser?.close(), server?.stop()]);
  if (root) await rm(root, { recursive: true, force: true });
});
const inChromium = test.skipIf(!hasChromium);

const open = (...rest: [address?: string, options?: Parameters<typeof openServed>[3]]) =>
  openServed(browser, { url: server.address }, ...rest);

/** What the server says that the map of an image has to show. */
async function similarTo(id: string): Promise<readonly Similar[]> {
  const answer = await fetch(`${server.address}similar/${encodedId(id)}?limit=${PER_MAP + 1}`);
  const { similarImages } = (await answer.json()) as { similarImages: Similar[] };
  return similarImages.filter(({ objectId }) => objectId !== id).slice(0, PER_MAP);
}

async function similarToPicture(body: Buffer): Promise<readonly Similar[]> {
  const answer = await fetch(`${server.address}similar?limit=${PER_MAP}`, { method: "POST", body });
  return ((await answer.json()) as { similarImages: Similar[] }).similarImages;
}

/** Nothing that a file name holds has run. */
async function expectHarmless({ page, faults }: { page: Page; faults: readonly string[] }): Promise<void> {
  expect(await page.evaluate("window.ran")).toBeUndefined();
  expect(await page.locator("[onerror], [onload], iframe, object, embed, base").count()).toBe(0);
  expect(faults).toEqual([]);
}

/** The rows of the file that the page exports, without its header. */
async function exported(page: Page, start: () => Promise<void>): Promise<string[][]> {
  const [download] = await Promise.all([page.waitForEvent("download"), start()]);
  const text = await readFile(await download.path());
  return (parse(text, { bom: true, record_delimiter: "\r\n" }) as string[][]).slice(1);
}

inChromium(
  "a dropped picture finds its original, and five neighbours are walked from it as the server says",
  async () => {
    const opened = await open("", { permissions: ["clipboard-read", "clipboard-write"], reducedMotion: "reduce" });
    const { page } = opened;
    const picture = await copyOf(1);
    await givePicture(page, "drop", picture, DROPPED);
    let found = await similarToPicture(picture);
    expect(found[0].objectId).toBe(HARD_IDS[1]);
    await expectMap(page, DROPPED, found);

    const walked: string[] = [];
    for (let step = 0; step < 5; step++) {
      const place = found.findIndex(({ objectId }) => !walked.includes(objectId));
      walked.push(found[place].objectId);
      await page.locator(`#map-drawing .neighbour[data-place="${place}"]`).click();
      found = await similarTo(walked[step]);
      await expectMap(page, walked[step], found);
    }
    expect(await page.locator("#trail a").count()).toBe(6);

    await page.locator("#copy-link").click();
    await expect.poll(() => page.locator("#announcer").textContent()).toBe("Link copied");
    const link = String(await page.evaluate("navigator.clipboard.readText()"));
    expect(link.startsWith(server.address)).toBe(true);
    const other = await open(link.slice(server.address.length));
    await expectMap(other.page, walked[4], found);
    await expectHarmless(other);

    await page.goBack();
    await expectMap(page, walked[3], await similarTo(walked[3]));
    await expectHarmless(opened);
  },
);

inChromium("every hard name is on the grid, has its map, and runs nothing", async () => {
  const opened = await open("", { reducedMotion: "reduce" });
  const { page } = opened;
  for (const id of HARD_IDS) {
    await page.locator(`.tile[href="${similarHash(id)}"]`).click();
    await expectMap(page, id, await similarTo(id));
    expect(await page.locator("#centre-name").textContent()).toBe(visibleText(id));
    await expect.poll(() => page.locator("#centre-facts").textContent()).toMatch(/^160 × 120 · \d/);
    await page.keyboard.press("g");
    await page.locator(".tile").first().waitFor();
  }
  for (const view of ["groups", "candidates", "charts"]) {
    await page.locator(`#${view}-link`).click();
    await page.waitForLoadState("networkidle");
    await expectHarmless(opened);
  }
  const broken = "[...document.images].filter((image) => image.complete && image.naturalWidth === 0).length";
  expect(await page.evaluate(broken)).toBe(0);
});

inChromium("a member that is marked on its map is in the exported file, under its own name", async () => {
  const opened = await open("#groups");
  const { page } = opened;
  expect(await page.locator(".group").count()).toBe(COPIES.size);
  const card = page.locator(".card", { hasText: MARKED.slice("copies/".length) });
  await card.locator("a.similar").click();
  await expectMap(page, MARKED, await similarTo(MARKED));
  expect(await page.locator("#neighbours .neighbour-row").first().textContent()).toContain("same group");
  await page.locator("#centre-choices [data-action=drop]").click();
  await page.locator("#export").click();
  const rows = await exported(page, () => page.locator("#export-download").click());
  expect(rows.map(([, path, , keeper, decision]) => [path, keeper, decision])).toEqual([
    [MARKED, COPIES.get(MARKED), "drop"],
  ]);
  await expectHarmless(opened);
});

inChromium("all of it goes by keyboard alone", async () => {
  const opened = await open("", { permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = opened;
  const press = (key: string) => page.keyboard.press(key);
  await page.locator(".tile").first().waitFor();
  const tabTo = async (selector: string) => {
    for (let i = 0; i < 60; i++) {
      if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
      await press("Tab");
    }
    throw new Error(`Tab does not reach ${selector}`);
  };

  // the browser has to be told first not to show a dialog of its own
  const choosing = page.waitForEvent("filechooser");
  await tabTo("#picture-field");
  await press("Enter");
  const chooser = await choosing;
  const picture = await copyOf(1);
  await chooser.setFiles({ name: DROPPED, mimeType: "image/jpeg", buffer: picture });
  let found = await similarToPicture(picture);
  await expectMap(page, DROPPED, found);

  const walked: string[] = [];
  for (let step = 0; step < 5; step++) {
    const place = found.findIndex(({ objectId }) => !walked.includes(objectId));
    walked.push(found[place].objectId);
    for (let i = 0; i <= place; i++) await press("ArrowRight");
    await press("Enter");
    found = await similarTo(walked[step]);
    await expectMap(page, walked[step], found);
  }
  await press("Backspace");
  await expectMap(page, walked[3], await similarTo(walked[3]));

  await press("/");
  await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("browse-search");
  await page.keyboard.type(MARKED);
  await expect.poll(() => page.locator("#browse-status").textContent()).toMatch(/^1 of /);
  await press("Enter");
  await press("Enter");
  await expectMap(page, MARKED, await similarTo(MARKED));
  await press("d");
  await expect.poll(() => page.locator("#marks-text").textContent()).toMatch(/^1 mark/);
  await tabTo("#copy-link");
  await press("Enter");
  await expect.poll(() => page.evaluate("navigator.clipboard.readText()")).toContain(similarHash(MARKED));
  await tabTo("#export");
  await press("Enter");
  await tabTo("#export-download");
  const rows = await exported(page, () => press("Enter"));
  expect(rows.map(([, path, , , decision]) => [path, decision])).toEqual([[MARKED, "drop"]]);
  await expectHarmless(opened);
});

inChromium.each(["light", "dark"] as const)("axe finds nothing amiss in any view, %s", async (colorScheme) => {
  const { page } = await open("", { colorScheme, bypassCSP: true, reducedMotion: "reduce" });
  await page.evaluate(axe.source);
  for (const [address, shown] of [
    ["#browse", "#tiles:not([aria-busy]) .tile"],
    [similarHash(MARKED), "#map-body:not([aria-busy]) .neighbour"],
    ["#groups", "#groups-list .card:visible"],
    ["#candidates", "#candidates-list .card:visible"],
    ["#charts", "#charts-view figure:visible"],
  ]) {
    await page.evaluate(`location.hash = ${JSON.stringify(address)}`);
    await page.locator(shown).first().waitFor();
    await page.waitForLoadState("networkidle");
    const found = await page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + " " + nodes[0].html))`);
    expect(found, address).toEqual([]);
  }
});

inChromium("a run that replaces the index while the page is open shows its new image at the next step", async () => {
  const opened = await open(similarHash("trip/photo 5.png"));
  const { page } = opened;
  const found = await similarTo("trip/photo 5.png");
  await expectMap(page, "trip/photo 5.png", found);
  const fresh = "trip/<b>new.jpg";
  await writeFile(join(images, fresh), await copyOf(HARD_IDS.length + 6));
  expect(await runPipelineCommand(flags)).toMatchObject({ exitCode: 0 });
  const asks = () => similarTo("trip/photo 6.png").then(([{ objectId }]) => objectId);
  await expect.poll(asks, { timeout: 20_000 }).toBe(fresh);
  await page.evaluate(`location.hash = ${JSON.stringify(similarHash("trip/photo 6.png"))}`);
  await expectMap(page, "trip/photo 6.png", await similarTo("trip/photo 6.png"));
  await page.locator("#map-drawing .neighbour").first().click();
  await expectMap(page, fresh, await similarTo(fresh));
  // not a letter is lost, though the grid was not shown before
  await page.keyboard.press("/");
  await page.keyboard.type("<B>NEW");
  await expect.poll(() => page.locator(".tile").count()).toBe(1);
  await expectHarmless(opened);
});
