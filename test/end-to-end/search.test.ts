import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { formatFeatureArray } from "#npy/feature-array.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";
import { makeDataSet } from "../support/made-data-set.ts";
import { oracleNearestImages, storedVectors } from "../support/nearest-oracle.ts";
import { matrixOf, shapedFeatures } from "../support/random-features.ts";
import { runCommand, runPipelineCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const search = (...args: string[]) => runCommand("src/commands/search.ts", args);

function linesOf(similar: readonly { objectId: string; distance: number }[]): string {
  return similar.map(({ objectId, distance }) => `${objectId} ${distance}\n`).join("");
}

async function writeShards(folder: string, ids: readonly string[], features: FeatureMatrix): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "0000.object_ids.npy"), formatUnicodeArray(ids));
  await writeFile(join(folder, "0000.features.npy"), formatFeatureArray(features));
}

test("ids and files are searched for in the index of the latest run, without being told its model", async () => {
  const { root, images, config } = await makeDataSet();
  const output = join(root, "out");
  await runPipelineCommand(["--config", config, "--output", output]);
  const stored = storedVectors(join(output, "index"));
  const near = (id: string, limit: number) => oracleNearestImages(stored, stored.get(id) as FeatureMatrix, { limit });

  const one = await search("plain/1.jpg", "--output", output, "--limit", "3");
  expect(one).toMatchObject({ exitCode: 0, stdout: linesOf(near("plain/1.jpg", 3)) });

  const file = join(images, "007.png");
  const several = await search("=cmd().png", file, "new\nline.png", "--output", output, "--limit", "2");
  const blocks = [
    ["=cmd().png", "=cmd().png"],
    [file, "007.png"],
    ["new\nline.png", "new\nline.png"],
  ].map(([name, id]) => `# ${name}\n${linesOf(near(id, 2))}`);
  expect(several).toMatchObject({ exitCode: 0, stdout: blocks.join("") });

  const asJson = await search(file, "🐟 fish.png", "--output", output, "--json");
  const answers = asJson.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(answers.map(({ queryObjectId }) => queryObjectId)).toEqual([null, "🐟 fish.png"]);
  expect(answers[1]).toMatchObject({ time: expect.any(Number), similarImages: near("🐟 fish.png", 10) });

  const references = await search("007.png", "--output", output, "--reference-only");
  expect(references).toMatchObject({ exitCode: 0, stdout: "" });
}, 30_000);

test("what cannot be searched for is named, with what was expected", async () => {
  const { root, images, config } = await makeDataSet();
  const output = join(root, "out");
  expect(await search("007.png", "--output", output)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/Expected an index in .*out.*, found none: run npm run pipeline/),
  });
  await runPipelineCommand(["--config", config, "--output", output]);
  const failing = (...args: string[]) => search(...args, "--output", output);
  expect(await failing("nothing.png")).toMatchObject({
    exitCode: 1,
    stdout: "",
    stderr: expect.stringContaining('Expected an object id of the index or an image file, found "nothing.png"'),
  });
  expect(await failing(join(images, "broken.jpg"))).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/Cannot read ".*broken.jpg": .*unsupported image format/),
  });
  const some = await failing(join(images, "broken.jpg"), "007.png", "--limit", "1");
  expect(some).toMatchObject({ exitCode: 1, stdout: "# 007.png\n007.png 0\n" });
  expect(some.stderr).toMatch(/Passed over ".*broken.jpg"/);
  expect(await failing()).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("something to search for") });
  for (const limit of ["0", "NaN", "1.5", "-1"])
    expect(await failing("007.png", "--limit", limit)).toMatchObject({ exitCode: 2 });
  expect(await failing("007.png", "--metrik", "l2")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("--metric"),
  });
}, 60_000);

test.each(["l2", "cosine"] as const)(
  "shards of somebody else are searched by %s, row by row of others too",
  async (metric) => {
    const root = await temporaryFolder();
    const [folder, asked] = [join(root, "features"), join(root, "asked")];
    const features = shapedFeatures({ rows: 300, dim: 24, seed: 5, scale: 30, rank: 6 });
    await writeShards(
      folder,
      Array.from({ length: 300 }, (_, i) => (i === 7 ? "" : `digit ${i % 10}/${i}`)),
      features,
    );
    const queries = shapedFeatures({ rows: 20, dim: 24, seed: 6, scale: 30, rank: 6 });
    await writeShards(
      asked,
      Array.from({ length: 20 }, (_, i) => `asked ${i}`),
      queries,
    );
    const flags = ["--features", folder, "--metric", metric, "--output", join(root, "out"), "--json", "--limit", "4"];
    const { stdout, stderr } = await search("digit 3/3", "--queries", asked, ...flags);
    const stored = storedVectors(folder);
    const vectors = [stored.get("digit 3/3") as FeatureMatrix, ...storedVectors(asked).values()];
    const expected = vectors.map((query) => oracleNearestImages(stored, query, { limit: 4, metric }));
    const answers = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(
      answers.map(({ similarImages }) => similarImages),
      stderr,
    ).toEqual(expected);
    expect(answers.map(({ queryObjectId }) => queryObjectId)).toEqual(["digit 3/3", ...storedVectors(asked).keys()]);

    await writeShards(asked, ["other"], matrixOf([[1, 2, 3]]));
    expect(await search("--queries", asked, ...flags)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("found 3 features, expected 24 as the index has"),
    });
    const picture = await search(join(folder, "0000.features.npy"), ...flags);
    expect(picture).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("features come without a model") });
  },
  30_000,
);
