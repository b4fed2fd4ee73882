import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dataBlock } from "#page/data-block.ts";
import { distanceHistogram } from "#page/distance-histogram.ts";
import type { Thumbnail } from "#page/page-blocks.ts";
import type { GroupChange, PageContent } from "#page/page-content.ts";
import { reviewPage } from "#page/review-page.ts";
import { reviewPageBundles } from "../../config/tools/review-page-bundle.ts";
import { groupOfPaths, randomGroups, reviewCandidate, reviewContent } from "../support/review-content.ts";

async function written(content: PageContent): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of reviewPage(content)) chunks.push(chunk);
  return chunks.join("");
}

function block<Value>(html: string, id: string): Value {
  const [, json] = new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`, "s").exec(html) ?? [];
  return JSON.parse(json);
}

function countOf(html: string, id: string): number {
  return block<Thumbnail[]>(html, id).length;
}

test("script and style are those of their sources: npm run assemble makes them", async () => {
  for (const [name, text] of Object.entries(await reviewPageBundles())) {
    expect(readFileSync(`src/page/${name}`, "utf8").replaceAll("\r\n", "\n") === text, name).toBe(true);
  }
});

test("the same content gives the same bytes, and other content another fingerprint", async () => {
  const content = reviewContent([...randomGroups(3, 1)]);
  const html = await written(content);
  expect(await written(content)).toBe(html);
  const other = await written(reviewContent([...randomGroups(3, 2)]));
  const fingerprint = (text: string) => block<{ fingerprint: string }>(text, "head-block").fingerprint;
  expect(fingerprint(other)).not.toBe(fingerprint(html));
});

test("the policy names the one script and the one style that stand in the page, and lets nothing else in", async () => {
  const html = await written(reviewContent([groupOfPaths("g", "a", "b")]));
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  const [, script] = /<script>(.*?)<\/script>/s.exec(html) ?? [];
  const [, style] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  expect(policy.split("; ")).toEqual([
    "default-src 'none'",
    "img-src data: blob:",
    `style-src ${hash(style)}`,
    `script-src ${hash(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(html.match(/<script>/g)).toHaveLength(1);
  expect(html.match(/https?:\/\/(?!www\.w3\.org)/g)).toBeNull();
});

test("no text ends a block of data or changes in it", () => {
  for (const text of ["</script><script>alert(1)</script>", "<!--<script>", "\r\n\0\u2028\ud800", "&lt;"]) {
    const html = dataBlock("x", [text]);
    const [, json] = /^<script type="application\/json" id="x">(.*)<\/script>\n$/s.exec(html) ?? [];
    expect(json).not.toMatch(/[<\r\n\0]/);
    expect(JSON.parse(Buffer.from(json).toString())).toEqual([text]);
  }
});

test("what the first view shows comes before the script, further records after it, further pictures last", async () => {
  const html = await written(reviewContent([...randomGroups(120, 3)], [reviewCandidate(1, "c.jpg")]));
  const ids = [...html.matchAll(/<script(?: type="application\/json" id="([^"]*)")?>/g)].map(
    ([, id]) => id ?? "script",
  );
  const expected = ["head-block", "groups-block-0", "group-thumbnails-0", "group-thumbnails-49", "script"];
  const rest = ["groups-block-1", "groups-block-2", "candidates-block-0", "group-thumbnails-50"];
  const last = ["group-thumbnails-119", "candidate-thumbnails-0"];
  const places = [...expected, ...rest, ...last].map((id) => ids.indexOf(id));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places).not.toContain(-1);
  expect(ids).toHaveLength(1 + 3 + 120 + 1 + 1 + 1);
});

test("what has changed is told of each group, but not where all are new, as in a first report", async () => {
  const groups = [groupOfPaths("g-1", "a", "b"), groupOfPaths("g-2", "c", "d")];
  const told = async (changes: [string, GroupChange][]) => {
    const html = await written(reviewContent(groups, [], { changes: new Map(changes) }));
    const { hasChanges } = block<{ hasChanges: boolean }>(html, "head-block");
    return [hasChanges, block<{ change?: string }[]>(html, "groups-block-0").map(({ change }) => change)];
  };
  expect(await told([["g-2", "new"]])).toEqual([true, [undefined, "new"]]);
  expect(
    await told([
      ["g-1", "new"],
      ["g-2", "new"],
    ]),
  ).toEqual([false, [undefined, undefined]]);
});

test("thumbnails are bounded in all, with a share for candidates, and to the first hundred of a group", async () => {
  const jpeg = new Uint8Array([1, 2, 3]);
  const film = groupOfPaths("g-film", ...Array.from({ length: 150 }, (_, i) => `film/${i}.png`));
  const content = reviewContent(
    [film, groupOfPaths("g-2", "a", "b"), groupOfPaths("g-3", "c", "d")],
    [reviewCandidate(1, "e"), reviewCandidate(2, "f")],
    { thumbnail: async (path) => (path === "a" ? undefined : jpeg), maxThumbnails: 105 },
  );
  const html = await written(content);
  expect(countOf(html, "group-thumbnails-0")).toBe(100);
  expect(block(html, "group-thumbnails-1")).toEqual([null, "AQID"]);
  expect(countOf(html, "group-thumbnails-2")).toBe(1);
  expect(countOf(html, "candidate-thumbnails-0")).toBe(2);
});

test("a page without groups and candidates is whole too", async () => {
  const html = await written(reviewContent([]));
  expect(block(html, "head-block")).toMatchObject({ groupCount: 0, candidateCount: 0 });
  expect(html.endsWith("</html>\n")).toBe(true);
});

test("pairs are counted by distance and match; one on the threshold is within it, others beyond have steps of their own", () => {
  const pairs = { count: 5, distance: Float64Array.of(0, 0.1, 0.8, 0.799, 1), match: Uint8Array.of(0, 2, 2, 3, 3) };
  const { width, counts } = distanceHistogram(pairs, 0.8);
  expect(width).toBeCloseTo(0.02);
  expect(counts["same-bytes"][0]).toBe(1);
  expect(counts.copy).toHaveLength(40);
  expect([counts.copy[5] + counts.copy[4], counts.copy[39]]).toEqual([1, 1]);
  expect([counts.similar[39], counts.similar[50] ?? counts.similar[49]]).toEqual([1, 1]);
});
