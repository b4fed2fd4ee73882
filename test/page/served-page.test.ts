import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { ServedContent, ServedHead } from "#page/served-content.ts";
import { servedPage, servedPageVersion } from "#page/served-page.ts";
import { mixedContent, randomGroups, reviewContent } from "../support/review-content.ts";
import { bareContent, servedContent } from "../support/served-content.ts";

async function written(content: ServedContent): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of servedPage(content)) chunks.push(chunk);
  return chunks.join("");
}

function headOf(html: string): ServedHead {
  return JSON.parse(/id="head-block">(.*?)<\/script>/s.exec(html)?.[1] ?? "");
}

test("the policy names the one script and the one style, and lets the page ask the server that it came from alone", async () => {
  const html = await written(await servedContent(mixedContent()));
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  const [, script] = /<script>(.*?)<\/script>/s.exec(html) ?? [];
  const [, style] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  expect(policy.split("; ")).toEqual([
    "default-src 'none'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    `style-src ${hash(style)}`,
    `script-src ${hash(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(html.match(/<script>/g)).toHaveLength(1);
  expect(html.match(/https?:\/\/(?!www\.w3\.org)/g)).toBeNull();
});

test("the records of the report are in it, the first before the script, and none of its thumbnails", async () => {
  const report = reviewContent([...randomGroups(120, 3)]);
  const html = await written(await servedContent(report, { images: 5000 }));
  const ids = [...html.matchAll(/<script(?: type="application\/json" id="([^"]*)")?>/g)].map(
    ([, id]) => id ?? "script",
  );
  expect(ids).toEqual(["head-block", "groups-block-0", "script", "groups-block-1", "groups-block-2"]);
  const { groupCount, hasReports, index, maxThumbnails } = headOf(html);
  expect({ groupCount, hasReports, maxThumbnails }).toEqual({ groupCount: 120, hasReports: true, maxThumbnails: 0 });
  expect(index.images).toBe(5000);
  expect(html).not.toContain("<!-- ");
});

test("where no script runs, it is said what answers instead", async () => {
  const [, served] = /<noscript>(.*)<\/noscript>/.exec(await written(bareContent())) ?? [];
  expect(served).toMatch(/needs JavaScript.*<a href="openapi.json">/);
  expect(served).not.toContain("beside it");
});

test("without reports the page has the facts of the index alone", async () => {
  const html = await written(bareContent({ images: 7, metric: "cosine", model: undefined }));
  expect(headOf(html)).toMatchObject({ groupCount: 0, hasReports: false, index: { images: 7, metric: "cosine" } });
  expect(html.endsWith("</html>\n")).toBe(true);
});

test("a page has another version when the index or the reports are others", async () => {
  const contents = [
    bareContent(),
    bareContent({ images: 8 }),
    await servedContent(reviewContent([...randomGroups(3, 1)])),
    await servedContent(reviewContent([...randomGroups(3, 2)])),
  ];
  const versions = await Promise.all(contents.map(servedPageVersion));
  expect(new Set(versions).size).toBe(contents.length);
  expect(await servedPageVersion(bareContent())).toBe(versions[0]);
});
