import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import type { PageContent } from "#page/page-content.ts";
import { reviewPage } from "#page/review-page.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A report that is open in a browser, and what must not happen in it. */
export interface OpenReport {
  readonly page: Page;
  /** Requests for anything but the file itself, errors of scripts, and what the policy had to stop. */
  readonly faults: string[];
}

/** Writes report.html and opens it from disk; closes it when the test ends. */
export async function openReport(
  browser: Browser,
  content: PageContent,
  options: BrowserContextOptions = {},
): Promise<OpenReport> {
  const file = join(await temporaryFolder(), "report.html");
  await writeFile(file, reviewPage(content));
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  const faults: string[] = [];
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && request.url() !== url) faults.push(`request ${request.url()}`);
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(message.text());
  });
  page.on("dialog", (dialog) => {
    faults.push(`dialog ${dialog.type()}`);
    void dialog.accept();
  });
  await page.goto(url);
  return { page, faults };
}
