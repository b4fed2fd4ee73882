import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderState } from "../support/folder-state.ts";
import { makeDataSet } from "../support/made-data-set.ts";
import { writeFiles } from "../support/pictures.ts";
import { readGroups } from "../support/read-report.ts";
import { runCommand, runPipelineCommand } from "../support/run-command.ts";

test("what was dropped in groups.csv goes, the next run finds it gone, and an undo brings back the folder and the reports", async () => {
  const { root, images, config } = await makeDataSet();
  const output = join(root, "output");
  const run = () => runPipelineCommand(["--config", config, "--output", output, "--quiet"]);
  expect(await run()).toMatchObject({ exitCode: 0 });
  const [before, groups] = [await folderState(images), await readGroups(output)];
  const reviewed = join(root, "reviewed.csv");
  const table = await readFile(join(output, "reports/groups.csv"), "utf8");
  expect(table).toContain("duplicate,copies/small.jpg,");
  await writeFile(reviewed, table.replace(/^(.*duplicate,copies\/small\.jpg,.*),,\r$/m, "$1,drop,\r"));
  const apply = (...flags: string[]) => runCommand("src/commands/apply.ts", [reviewed, "--output", output, ...flags]);
  expect(await apply("--yes")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("1 file moved") });
  expect(await run()).toMatchObject({ exitCode: 0 });
  expect((await readGroups(output)).flat()).not.toContain("copies/small.jpg");

  const undone = await runCommand("src/commands/undo.ts", ["--output", output]);
  expect(undone).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("1 file restored") });
  expect(await folderState(images)).toEqual(before);
  expect(await run()).toMatchObject({ exitCode: 0 });
  expect(await readGroups(output)).toEqual(groups);
});

test("a match that is accepted takes duplicates with it that nobody looked at", async () => {
  const { root, images, config } = await makeDataSet();
  const output = join(root, "output");
  await runPipelineCommand(["--config", config, "--output", output, "--quiet"]);
  const [before, groups] = [await folderState(images), await readGroups(output)];
  const file = join(output, "reports/groups.csv");
  const end = await runCommand("src/commands/apply.ts", [file, "--accept", "same-bytes", "--yes", "--output", output]);
  expect(end, end.stderr).toMatchObject({ exitCode: 0 });
  const gone = Object.keys(before).filter((path) => !before[path].startsWith("folder"));
  const after = await folderState(images);
  const taken = gone.filter((path) => !(path in after));
  expect(taken.length).toBeGreaterThan(0);
  // of each group at least one stays
  for (const group of groups) expect(group.some((path) => path in after)).toBe(true);
  await runCommand("src/commands/undo.ts", ["--output", output]);
  expect(await folderState(images)).toEqual(before);
});

test("a folder of which an apply took most is no shrunk folder to the next run, but one that lost as many otherwise is", async () => {
  const { root, images, config } = await makeDataSet();
  const copy = await readFile(join(images, "plain/0.jpg"));
  await writeFiles(images, Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`reposts/${i}.jpg`, copy])));
  const output = join(root, "output");
  const run = () => runPipelineCommand(["--config", config, "--output", output, "--quiet"]);
  expect(await run()).toMatchObject({ exitCode: 0 });
  const file = join(output, "reports/groups.csv");
  const flags = [file, "--accept", "same-bytes", "--yes", "--output", output];
  expect(await runCommand("src/commands/apply.ts", flags)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^31 files moved/),
  });
  expect(await run()).toMatchObject({ exitCode: 0 });
  await runCommand("src/commands/undo.ts", ["--output", output]);
  expect(await run()).toMatchObject({ exitCode: 0 });
  await rm(join(images, "reposts"), { recursive: true });
  expect(await run()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("--allow-shrink") });
});
