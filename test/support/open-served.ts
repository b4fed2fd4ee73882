import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";

/** Of the page, with a slash at its end. */
interface PageAddress {
  readonly url: string;
}

/** The server's page, open in a browser of its own, and what must not happen in it. */
export interface OpenServed {
  readonly page: Page;
  /** Requests for anything that is not the server's, errors of scripts, what the policy had to stop, and questions of the browser. */
  readonly faults: string[];
}

/** @param address what follows the page's own address, as `#browse/2` */
export async function openServed(
  browser: Browser,
  { url }: PageAddress,
  address = "",
  options: BrowserContextOptions = {},
): Promise<OpenServed> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(url)) faults.push(`request ${request.url()}`);
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(message.text());
  });
  page.on("dialog", (dialog) => {
    faults.push(`dialog ${dialog.type()}`);
    void dialog.accept();
  });
  await page.goto(url + address);
  return { page, faults };
}

/** Addresses of the pictures on the map, the nearest first, once the map of an image is there. */
export async function neighboursOf(page: Page, name: string): Promise<string[]> {
  await page.locator(`#map-drawing .centre[aria-label="In the middle: ${name}"]`).waitFor();
  const links = await page
    .locator("#map-drawing .neighbour")
    .evaluateAll((all) => all.map((a) => a.getAttribute("href")));
  return links.map((link) => decodeURIComponent(/^#similar\/([^?]*)/.exec(link ?? "")?.[1] ?? ""));
}
