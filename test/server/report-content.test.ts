import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeTable } from "#artifacts/report-files.ts";
import { jsonRecords } from "#base/json-records.ts";
import type { PageContent } from "#page/page-content.ts";
import { reviewPage } from "#page/review-page.ts";
import { servedPage } from "#page/served-page.ts";
import { reportContent } from "#server/report-content.ts";
import { MARKUP_NAMES, mixedContent } from "../support/review-content.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const FACTS = { generation: "1", images: 9, vectors: 9, dim: 4, metric: "l2", model: "made" } as const;

/** Writes what the page is made of, as a run does. */
async function writtenReports(content: PageContent): Promise<string> {
  const reports = await temporaryFolder();
  const records = { groups: content.groups(), candidates: content.candidates() };
  for (const [name, each] of Object.entries(records)) {
    const document = jsonRecords({ schema: `twinsift/${name}@1` }, name, each as Iterable<unknown>);
    await writeFile(join(reports, `${name}.json`), [...document].join(""));
  }
  const rows = [
    ["new", "g-plain", "", "plain/a.jpg"],
    ["grown", "g-film", "g-film", "film/1.png"],
    ["new", "g-film", "g-film", "film/1.png"],
    ["gone", "g-lost", "g-lost", "lost.png"],
  ];
  await writeTable(reports, "changes", { columns: ["change", "group_id", "earlier_group_ids", "path"], rows });
  await writeFile(join(reports, "report.html"), reviewPage(content));
  return reports;
}

async function pageOf(reports: string | undefined): Promise<string> {
  let html = "";
  for await (const chunk of servedPage(await reportContent(reports, FACTS))) html += chunk;
  return html;
}

function block<Value>(html: string, id: string): Value {
  return JSON.parse(new RegExp(`id="${id}">(.*?)</script>`, "s").exec(html)?.[1] ?? "null");
}

test("the page shows what report.html shows: the same groups, candidates, changes and numbers, under the same fingerprint", async () => {
  const changes = new Map([
    ["g-plain", "new" as const],
    ["g-film", "grown" as const],
  ]);
  const content = mixedContent({ changes });
  const reports = await writtenReports(content);
  let report = "";
  for await (const chunk of reviewPage(content)) report += chunk;
  const page = await pageOf(reports);
  for (const id of ["groups-block-0", "groups-block-1", "candidates-block-0", "candidates-block-1"]) {
    expect(block(page, id), id).toEqual(block(report, id));
  }
  expect(block(page, "head-block")).toMatchObject({
    ...block<object>(report, "head-block"),
    maxThumbnails: 0,
    hasReports: true,
    index: { images: 9, metric: "l2", model: "made", hasReferences: false },
  });
  expect(page).not.toContain(MARKUP_NAMES[0]);
});

test("references are offered where a run looked in a folder of them", async () => {
  const reports = await writtenReports(mixedContent());
  const folders = (reference: boolean) => JSON.stringify({ folders: [{ path: "/a", prefix: "", reference }] });
  for (const [text, expected] of [
    [folders(true), true],
    [folders(false), false],
    ["{", false],
  ] as const) {
    await writeFile(join(reports, "run.json"), text);
    expect((await reportContent(reports, FACTS)).index.hasReferences).toBe(expected);
  }
});

test("where there are no reports yet, or a report that is not ours, the page only browses", async () => {
  const empty = await temporaryFolder();
  expect((await reportContent(empty, FACTS)).reports).toBeUndefined();
  expect((await reportContent(undefined, FACTS)).reports).toBeUndefined();
  await writeFile(join(empty, "report.html"), "<html>something else</html>");
  expect((await reportContent(empty, FACTS)).reports).toBeUndefined();
  expect(block(await pageOf(empty), "head-block")).toMatchObject({ hasReports: false });
});
