import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderState } from "../support/folder-state.ts";
import { makeReports } from "../support/made-reports.ts";
import { writeReviewed } from "../support/written-reports.ts";
import { lastLine, PipelineProcess, type StartOptions } from "./pipeline-process.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("an apply and an undo that are asked to end do so between two files, with 130, and go on when they are run again", async () => {
  const groups = Array.from({ length: 400 }, (_, i) =>
    ["a", "b"].map((name) => ({ path: `${name}/${i}`, content: `${i}` })),
  );
  const made = await makeReports({ groups });
  const before = await folderState(made.images);
  const file = await writeReviewed(made, Object.fromEntries(groups.map(([, { path }]) => [path, "drop"])));
  const run = (command: StartOptions["command"], ...args: string[]) =>
    new PipelineProcess([...args, "--output", made.output], { command: command as "src/commands/apply.ts" });
  const journals = join(made.output, "removals");
  const events = async () =>
    (await readFile(join(journals, (await readdir(journals))[0]), "utf8")).split('{"event"').length;

  const apply = run("src/commands/apply.ts", file, "--yes");
  while (!existsSync(journals) || (await readdir(journals)).every((name) => name.endsWith(".tmp"))) await pause(1);
  process.kill(apply.pid, "SIGINT");
  const end = await apply.ended;
  expect(end).toMatchObject({ exitCode: 130, signal: null });
  expect(lastLine(end)).toMatch(/^Interrupted: every file is whole/);
  expect(await run("src/commands/apply.ts", "--resume").ended).toMatchObject({ exitCode: 0 });
  expect(await readdir(join(made.images, "b"))).toEqual([]);

  const met = await events();
  const undo = run("src/commands/undo.ts");
  while ((await events()) < met + 2) await pause(1);
  process.kill(undo.pid, "SIGTERM");
  expect(await undo.ended).toMatchObject({ exitCode: 130, signal: null });
  expect(await run("src/commands/undo.ts").ended).toMatchObject({ exitCode: 0 });
  expect(await folderState(made.images)).toEqual(before);
});
