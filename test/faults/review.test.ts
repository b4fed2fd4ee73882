import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDataSet } from "../support/made-data-set.ts";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { readGroups, readReport } from "../support/read-report.ts";
import { runPipelineCommand } from "../support/run-command.ts";

/** A made data set and its reports, which a person works on. */
async function reviewedSet() {
  const { root, images, config } = await makeDataSet();
  const output = join(root, "out");
  const run = (...args: string[]) => runPipelineCommand(["--config", config, "--output", output, ...args]);
  expect(await run()).toMatchObject({ exitCode: 0 });
  /** Writes a decision and a note behind every row of a report whose path is named. */
  const mark = async (report: string, said: Readonly<Record<string, string>>) => {
    const file = join(output, "reports", report);
    const lines = (await readFile(file, "utf8")).split("\r\n");
    const pathAt = lines[0].replace("\ufeff", "").split(",").indexOf("path");
    const marked = lines.map((line) => {
      const decision = said[line.split(",")[pathAt]];
      return decision === undefined ? line : line.replace(/,[^,]*,[^,]*$/, `,${decision},${decision && "seen"}`);
    });
    expect(marked).not.toEqual(lines);
    await writeFile(file, marked.join("\r\n"));
  };
  const ledger = async () => (await readFile(join(output, "decisions.csv"), "utf8")).split("\r\n").slice(1, -1);
  return { root, images, output, run, mark, ledger };
}

test("decisions in groups.csv are taken down and hold in later runs, and the reviewed file is kept", async () => {
  const { output, run, mark, ledger } = await reviewedSet();
  const [, , { group_id }] = await readReport(output, "groups");
  await mark("groups.csv", { "copies/small.jpg": "keep", "plain/0.jpg": "not-duplicate" });
  const reviewed = await readFile(join(output, "reports/groups.csv"), "utf8");
  const second = await run();
  expect(second).toMatchObject({ exitCode: 0 });
  expect(second.stderr).toMatch(/Took 2 decisions of ".*groups\.csv" down in ".*decisions\.csv"/);
  expect((await ledger()).map((line) => line.replace(/[0-9a-f]{64}/g, "#"))).toEqual([
    "keep,copies/small.jpg,#,,,seen",
    "not-duplicate,plain/0.jpg,#,copies/repost.jpg,#,seen",
  ]);
  const expectHeld = async () => {
    // two files of the same bytes are apart, as a person said so
    expect(await readGroups(output)).toEqual([["copies/small.jpg", "plain/1.jpg"]]);
    const [keeper, other] = await readReport(output, "groups");
    expect(keeper).toMatchObject({ group_id, role: "keeper", decision: "keep", note: "seen" });
    expect(other).toMatchObject({ group_id, role: "duplicate", keep_path: "copies/small.jpg", decision: "" });
  };
  await expectHeld();
  expect((await readReport(output, "changes")).map(({ change, path }) => [change, path])).toEqual([
    ["gone", "copies/repost.jpg"],
    ["gone", "plain/0.jpg"],
  ]);
  const [kept] = await readdir(join(output, "reviewed"));
  expect(await readFile(join(output, "reviewed", kept, "groups.csv"), "utf8")).toBe(reviewed);
  // and in every run after that
  await run("--verify");
  await expectHeld();
  expect(await readReport(output, "changes")).toEqual([]);
});

test("a decision that is cleared in groups.csv is withdrawn", async () => {
  const { output, run, mark, ledger } = await reviewedSet();
  await mark("groups.csv", { "plain/1.jpg": "drop" });
  await run();
  expect((await readReport(output, "groups"))[2]).toMatchObject({ path: "copies/small.jpg", role: "keeper" });
  await mark("groups.csv", { "plain/1.jpg": "" });
  await run();
  expect((await readReport(output, "groups"))[2]).toMatchObject({ path: "plain/1.jpg", role: "keeper" });
  expect(await ledger()).toEqual([]);
});

test("drop in candidates.csv takes an image out of the candidates for good", async () => {
  const { output, run, mark } = await reviewedSet();
  const [first] = await readReport(output, "candidates");
  await mark("candidates.csv", { [first.path]: "drop" });
  await run();
  const paths = (await readReport(output, "candidates")).map(({ path }) => path);
  expect(paths).toHaveLength(11);
  expect(paths).not.toContain(first.path);
});

test("what is unclear ends a run before it begins, and everything stays as it was", async () => {
  const { output, run, mark } = await reviewedSet();
  await mark("groups.csv", { "copies/small.jpg": "kepp" });
  const before = await readFile(join(output, "reports/groups.csv"), "utf8");
  const { exitCode, stderr } = await run();
  expect(exitCode).toBe(1);
  expect(stderr.trim().split("\n").at(-1)).toMatch(/groups\.csv.*row 5.*"?kepp.*keep/s);
  expect(await readFile(join(output, "reports/groups.csv"), "utf8")).toBe(before);
  await expect(readdir(join(output, "reviewed"))).rejects.toThrow("ENOENT");
});

test("a reviewed file from elsewhere is taken down by --reviewed; its empty cells withdraw nothing", async () => {
  const { root, output, run, mark } = await reviewedSet();
  const elsewhere = join(root, "from a colleague.csv");
  await writeFile(elsewhere, await readFile(join(output, "reports/groups.csv")));
  await mark("groups.csv", { "copies/small.jpg": "keep" });
  await run();
  const second = await run("--reviewed", elsewhere);
  expect(second.stderr).toMatch(/Took 0 decisions/);
  expect((await readReport(output, "groups"))[2]).toMatchObject({ path: "copies/small.jpg", decision: "keep" });
});

test("decisions can be kept in a file of one's own, and files that people lay among the reports are not lost", async () => {
  const { root, output, run, mark } = await reviewedSet();
  const decisions = join(root, "decisions.csv");
  await mark("groups.csv", { "copies/small.jpg": "keep" });
  await writeFile(join(output, "reports/my notes.txt"), "mine");
  await run("--decisions", decisions);
  expect(await readFile(decisions, "utf8")).toMatch(/^keep,copies\/small\.jpg/m);
  const [kept] = await readdir(join(output, "reviewed"));
  expect((await readdir(join(output, "reviewed", kept))).sort()).toEqual(["groups.csv", "my notes.txt"]);
});

test("changes.csv tells which groups are new, have grown or are gone, and they keep their names", async () => {
  const { images, output, run } = await reviewedSet();
  expect(new Set((await readReport(output, "changes")).map(({ change }) => change))).toEqual(new Set(["new"]));
  const ids = new Set((await readReport(output, "groups")).map(({ group_id }) => group_id));
  const [repost] = await readReport(output, "groups");
  // a larger copy takes the keeper's place, and the other group loses its last copy
  await writeFiles(images, { "later/large.png": await drawPicture(51).resize(200).png().toBuffer() });
  await rm(join(images, "copies/repost.jpg"));
  await run();
  const [keeper] = await readReport(output, "groups");
  expect(keeper).toMatchObject({ path: "later/large.png", role: "keeper" });
  expect(ids).toContain(keeper.group_id);
  const changes = await readReport(output, "changes");
  expect(changes.map(({ change, group_id, path }) => [change, group_id, path])).toEqual([
    ["grown", keeper.group_id, "later/large.png"],
    ["gone", repost.group_id, "copies/repost.jpg"],
    ["gone", repost.group_id, "plain/0.jpg"],
  ]);
});
