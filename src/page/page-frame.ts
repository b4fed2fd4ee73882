import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** What stands around the data. */
export interface PageFrame {
  /** From the first byte on: the policy, the style, and what is the same in every page of the kind. */
  readonly beforeData: string;
  /** The element that brings the page to life. */
  readonly script: string;
  readonly afterData: string;
}

interface PageKind {
  readonly style: string;
  readonly script: string;
  /** Markup that the report does not have; in parts, each for the place of its name. */
  readonly parts?: string;
  /** Says where else the same is to be had, where no script runs. */
  readonly instead: string;
  /** What may be loaded beside the one script and the one style. */
  readonly sources: readonly string[];
}

const KINDS = {
  report: {
    style: "./review-page.css",
    script: "./review-page.js",
    instead: "groups.csv and candidates.csv beside it hold the same.",
    sources: ["img-src data: blob:"],
  },
  served: {
    style: "./served-page.css",
    script: "./served-page.js",
    parts: "./served-page.html",
    instead: 'Without it, <a href="openapi.json">openapi.json</a> says how to ask this server.',
    sources: ["img-src 'self' data: blob:", "connect-src 'self'"],
  },
} satisfies Record<string, PageKind>;

/**
 * Puts markup, style and script together. The policy runs this one script and style alone, whatever a file name may smuggle in; a report
 * fetches nothing, and a served page asks the server that it came from and no other.
 */
export async function pageFrame(kind: keyof typeof KINDS): Promise<PageFrame> {
  const { style: styleFile, script: scriptFile, parts: partsFile, instead, sources }: PageKind = KINDS[kind];
  const [markup, style, script, parts] = await Promise.all([
    sourceText("./review-page.html"),
    sourceText(styleFile),
    sourceText(scriptFile),
    partsFile === undefined ? "" : sourceText(partsFile),
  ]);
  const policy = [
    "default-src 'none'",
    ...sources,
    `style-src '${hashSource(style)}'`,
    `script-src '${hashSource(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const [beforeData, afterData] = markup
    .replace(/<!-- served: (\w+) -->\n/g, (_, name: string) => partNamed(name, parts))
    .replace("<!-- instead -->", instead)
    .replace("<!-- policy -->", () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace("<!-- style -->", () => `<style>${style}</style>`)
    .split("<!-- data -->\n");
  return { beforeData, script: `<script>${script}</script>\n`, afterData };
}

/** What stands between the line that begins a part and the next such line; nothing where there is no such part. */
function partNamed(name: string, parts: string): string {
  const [, part = ""] = parts.split(`<!-- part: ${name} -->\n`);
  return part.split("<!-- part: ")[0];
}

/** Line feeds alone, as HTML reads them: the hashes are of what a browser sees. */
async function sourceText(file: string): Promise<string> {
  return (await readFile(new URL(file, import.meta.url), "utf8")).replaceAll("\r\n", "\n");
}

function hashSource(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
