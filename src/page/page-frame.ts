import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** What stands around the data. */
export interface PageFrame {
  /** From the first byte on: the policy, the style, and what is the same in every report. */
  readonly beforeData: string;
  /** The element that brings the page to life. */
  readonly script: string;
  readonly afterData: string;
}

/**
 * Puts markup, style and script together. The policy lets nothing be fetched and runs this one script and style alone, whatever a file name
 * may smuggle in.
 */
export async function pageFrame(): Promise<PageFrame> {
  const [markup, style, script] = await Promise.all(
    [
      new URL("./review-page.html", import.meta.url),
      new URL("./review-page.css", import.meta.url),
      new URL("./review-page.js", import.meta.url),
    ].map(sourceText),
  );
  const policy = [
    "default-src 'none'",
    "img-src data: blob:",
    `style-src '${hashSource(style)}'`,
    `script-src '${hashSource(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const [beforeData, afterData] = markup
    .replace("<!-- policy -->", () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace("<!-- style -->", () => `<style>${style}</style>`)
    .split("<!-- data -->\n");
  return { beforeData, script: `<script>${script}</script>\n`, afterData };
}

/** Line feeds alone, as HTML reads them: the hashes are of what a browser sees. */
async function sourceText(url: URL): Promise<string> {
  return (await readFile(url, "utf8")).replaceAll("\r\n", "\n");
}

function hashSource(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
