import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { hasChromium, openChromium } from "../support/chromium.ts";
import { folderState } from "../support/folder-state.ts";
import { makeDataSet } from "../support/made-data-set.ts";
import { readGroups, readReport } from "../support/read-report.ts";
import { runCommand, runPipelineCommand } from "../support/run-command.ts";

/** Opens report.html, marks an image in each group by keyboard, and gives the file that the page exports. */
async function reviewInChromium(report: string, target: string): Promise<void> {
  const browser = await openChromium();
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(report).href);
    await page.locator("#groups-search").fill("plain");
    await expect.poll(() => page.locator(".group").count()).toBe(2);
    // in the one group the proposal is accepted, in the other both are images of their own
    await page.locator(".group").nth(0).locator(".card").nth(1).focus();
    await page.keyboard.press("n");
    await page.locator(".group").nth(1).locator(".card").first().focus();
    await page.keyboard.press("a");
    await page.locator("#export").click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#export-download").click()]);
    await download.saveAs(target);
  } finally {
    await browser.close();
  }
}

test.skipIf(!hasChromium)(
  "what is marked in report.html is removed by apply, brought back by undo, and remembered by the next run",
  async () => {
    const { root, images, config } = await makeDataSet();
    const output = join(root, "out");
    const flags = ["--config", config, "--output", output];
    expect(await runPipelineCommand(flags)).toMatchObject({ exitCode: 0 });
    const reviewed = join(root, "reviewed.csv");
    await reviewInChromium(join(output, "reports/report.html"), reviewed);

    const before = await folderState(images);
    const planned = await runCommand("src/commands/apply.ts", [reviewed, "--output", output]);
    expect(planned).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^move ".*small\.jpg" -> .*\n1 file to move/),
    });
    expect(await folderState(images)).toEqual(before);
    const applied = await runCommand("src/commands/apply.ts", [reviewed, "--output", output, "--yes"]);
    expect(applied).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("1 file moved") });
    const { "copies/small.jpg": _, ...rest } = before;
    expect(await folderState(images)).toEqual(rest);
    expect(await readFile(join(output, "decisions.csv"), "utf8")).toMatch(/^drop,copies\/small\.jpg,/m);

    expect(await runCommand("src/commands/undo.ts", ["--output", output])).toMatchObject({ exitCode: 0 });
    expect(await folderState(images)).toEqual(before);
    expect(await runPipelineCommand(flags)).toMatchObject({ exitCode: 0 });
    expect(await readGroups(output)).toEqual([["plain/1.jpg", "copies/small.jpg"]]);
    expect((await readReport(output, "groups")).map(({ decision }) => decision)).toEqual(["", "drop"]);
  },
);
