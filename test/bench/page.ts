import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { SeededRandom } from "#base/seeded-random.ts";
import { reviewPage } from "#page/review-page.ts";
import { hasChromium, openChromium } from "../support/chromium.ts";
import { drawPicture } from "../support/pictures.ts";
import { randomGroups, reviewCandidate, reviewContent } from "../support/review-content.ts";

// How quick report.html is with many groups: the file, the first view, going through all pages, a search.
// npm run bench -- page [GROUPS]

const GROUPS = 10_000;
const CANDIDATES = 1000;
/** Drawn once and used again: what is embedded is as large as if each were another. */
const PICTURES = 64;
const PICTURE_BYTES = 4000;

export async function bench([count = String(GROUPS)]: readonly string[]): Promise<unknown> {
  console.error(`${cpus().length} × ${cpus()[0].model}, Node.js ${process.version}`);
  if (!hasChromium) throw new Error("Expected Chromium; CHROMIUM_PATH says where it is");
  const folder = await mkdtemp(join(tmpdir(), "twinsift-bench-"));
  try {
    const file = join(folder, "report.html");
    const results = { ...(await writtenPage(file, Number(count))), ...(await openedPage(file)) };
    for (const [name, value] of Object.entries(results)) console.error(`${name.padEnd(34)} ${value}`);
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writtenPage(file: string, count: number): Promise<Record<string, number>> {
  const pictures = await Promise.all(Array.from({ length: PICTURES }, (_, i) => drawnThumbnail(i)));
  const groups = [...randomGroups(count, 1)];
  const candidates = Array.from({ length: CANDIDATES }, (_, i) => reviewCandidate(i + 1, `pool/image_${i}.jpg`));
  let thumbnails = 0;
  const content = reviewContent(groups, candidates, {
    thumbnail: async () => pictures[thumbnails++ % PICTURES],
    maxThumbnails: 100_000,
  });
  const start = performance.now();
  await pipeline(Readable.from(reviewPage(content)), createWriteStream(file));
  const seconds = (performance.now() - start) / 1000;
  const megabytes = (await stat(file)).size / 1e6;
  return { groups: count, thumbnails, megabytes: rounded(megabytes), secondsToWrite: rounded(seconds) };
}

/** A JPEG of about 4 KB, as photos give at 160 pixels: drawn blotches with noise over them, and bytes after its end for what is missing. */
async function drawnThumbnail(seed: number): Promise<Uint8Array> {
  const jpeg = await drawPicture(seed, { width: 160, height: 120 }).jpeg({ quality: 80 }).toBuffer();
  const random = new SeededRandom(seed);
  const rest = Uint8Array.from({ length: Math.max(0, PICTURE_BYTES - jpeg.length) }, () => random.integer(0, 256));
  return Buffer.concat([jpeg, rest]);
}

async function openedPage(file: string): Promise<Record<string, number>> {
  const browser = await openChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.addInitScript(WATCH);
    await page.goto(pathToFileURL(file).href, { waitUntil: "commit" });
    await until(page, "window.watch?.firstView && window.watch.recordsRead && document.readyState === 'complete'");
    const opening = await figures(page);
    const paging = await pagedThrough(page);
    const searchMs = Number(await page.evaluate(SEARCH));
    return {
      firstViewMs: rounded(opening.firstView),
      recordsReadMs: rounded(opening.recordsRead),
      wholeFileReadMs: rounded(opening.whole),
      longTasksOpening: opening.tasks.length,
      longestTaskOpeningMs: longest(opening.tasks),
      ...paging,
      searchMs: rounded(searchMs),
      tabMegabytes: rounded(await tabMegabytes(page)),
    };
  } finally {
    await browser.close();
  }
}

/** Goes through all pages and scrolls each to its end, as a person in a hurry does. */
async function pagedThrough(page: Page): Promise<Record<string, number>> {
  const before = (await figures(page)).tasks.length;
  const start = performance.now();
  const turns = Number(await page.evaluate(PAGE_THROUGH));
  const seconds = (performance.now() - start) / 1000;
  const tasks = (await figures(page)).tasks.slice(before);
  return {
    pages: turns,
    secondsPaging: rounded(seconds),
    longTasksPaging: tasks.length,
    longestTaskPagingMs: longest(tasks),
    slowestPageMs: rounded(Number(await page.evaluate("window.slowest"))),
  };
}

/** The policy forbids to make scripts of texts in the page, as Playwright's own waiting does. */
async function until(page: Page, condition: string): Promise<void> {
  await page.evaluate(`(async () => {
    while (!(${condition})) await new Promise((resolve) => setTimeout(resolve, 20));
  })()`);
}

interface Figures {
  readonly firstView: number;
  readonly recordsRead: number;
  readonly whole: number;
  readonly tasks: readonly number[];
}

function figures(page: Page): Promise<Figures> {
  return page.evaluate(`(${TAKE})()`);
}

/** Proportional set size of the tab's process: what it alone holds, and its share of the rest. */
async function tabMegabytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  const heap = metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0;
  const browserSession = await page.context().browser()?.newBrowserCDPSession();
  const { processInfo } = (await browserSession?.send("SystemInfo.getProcessInfo")) ?? { processInfo: [] };
  let most = 0;
  for (const { type, id } of processInfo) {
    if (type !== "renderer") continue;
    const [, kilobytes] =
      /^Pss:\s+(\d+)/m.exec(await readFile(`/proc/${id}/smaps_rollup`, "utf8").catch(() => "")) ?? [];
    most = Math.max(most, Number(kilobytes ?? 0) * 1024);
  }
  return Math.max(heap, most) / 2 ** 20;
}

function longest(tasks: readonly number[]): number {
  return rounded(Math.max(0, ...tasks));
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

// scripts of the page, as text: they are of another world than Node.js

/** Notes long tasks, and when the pictures of the first group have been painted. */
const WATCH = `
  window.watch = { tasks: [] };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.watch.tasks.push(duration);
  }).observe({ type: "longtask", buffered: true });
  const look = () => {
    const pictures = [...document.querySelectorAll(".group:first-child img")];
    const isThere = pictures.length > 1 && pictures.every((picture) => picture.complete && picture.naturalWidth > 0);
    if (!isThere) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => { window.watch.firstView = performance.now(); }));
  };
  requestAnimationFrame(look);
  const status = () => document.querySelector("#groups-status")?.textContent ?? "";
  const read = setInterval(() => {
    if (status() === "" || status().startsWith("Reading")) return;
    window.watch.recordsRead = performance.now();
    clearInterval(read);
  }, 5);
`;

const TAKE = `() => {
  const [navigation] = performance.getEntriesByType("navigation");
  return { ...window.watch, whole: navigation.domComplete };
}`;

const PAGE_THROUGH = `(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const next = () => document.querySelector("#groups-pager button:last-child");
  const heading = () => document.querySelector(".group h3")?.textContent;
  let pages = 1;
  window.slowest = 0;
  while (!next().disabled) {
    const before = heading();
    const start = performance.now();
    next().click();
    do await frame(); while (heading() === before || document.querySelectorAll(".group:first-child img").length < 2);
    window.slowest = Math.max(window.slowest, performance.now() - start);
    for (let y = 0; y < document.documentElement.scrollHeight; y += 2000) {
      scrollTo(0, y);
      await frame();
    }
    scrollTo(0, 0);
    pages++;
  }
  return pages;
})()`;

const SEARCH = `(async () => {
  const field = document.querySelector("#groups-search");
  const status = document.querySelector("#groups-status");
  const before = status.textContent;
  const start = performance.now();
  field.value = "image_77";
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  while (status.textContent === before) await new Promise((resolve) => setTimeout(resolve));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - start;
})()`;
