import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDataSet } from "../support/made-data-set.ts";
import { hasNumpy, runPython } from "../support/python.ts";
import { readReport } from "../support/read-report.ts";
import { runPipelineCommand } from "../support/run-command.ts";

const ORACLE = `
import sys, json, numpy as np
index, threshold, labeled = sys.argv[1], float(sys.argv[2]), json.loads(sys.argv[3])
shards = sorted({name[:4] for name in __import__('os').listdir(index) if name.endswith('.features.npy')})
load = lambda kind: np.concatenate([np.load(f'{index}/{shard}.{kind}.npy') for shard in shards])
ids, features, views = load('object_ids').tolist(), load('features'), load('views')
assert views.shape == (len(ids), 7, features.shape[1]) and views.dtype == np.dtype('<f4')
x = np.concatenate([features[:, None], views], 1).astype('f8')
d = np.sqrt(((x[:, None, :, None] - x[None, :, None, :]) ** 2).sum(4)).min((2, 3))
pairs = {}
for i, a in enumerate(ids):
    for j, b in enumerate(ids):
        if a.encode() < b.encode() and d[i, j] <= threshold: pairs[a + '|' + b] = d[i, j]
nearest = {a: min(d[i, ids.index(b)] for b in labeled) for i, a in enumerate(ids)}
print(json.dumps({'pairs': pairs, 'nearest': nearest}))`;

test.runIf(hasNumpy)("with views, two images are as close as numpy finds their closest views to be", async () => {
  const { root, config } = await makeDataSet();
  const labeled = ["plain/2.jpg", "007.png"];
  const labels = join(root, "labels.csv");
  await writeFile(labels, `path,label\n${labeled.map((path) => `${path},x\n`).join("")}`);
  const output = join(root, "out");
  const views = ["--views", "mirrored,trimmed,centre,corners", "--threshold", "0.6", "--dissimilar", "0.1"];
  const small = join(root, "small.json");
  await writeFile(small, JSON.stringify({ ...JSON.parse(await readFile(config, "utf8")), index: { shardRows: 5 } }));
  const flags = [...views, "--labels", labels, "--output", output];
  const { exitCode, stderr } = await runPipelineCommand(["--config", small, ...flags]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect((await readdir(join(output, "index"))).filter((name) => name.endsWith(".views.npy"))).toHaveLength(3);
  const expected = runPython(ORACLE, join(output, "index"), "0.6", JSON.stringify(labeled)) as {
    pairs: Record<string, number>;
    nearest: Record<string, number>;
  };
  const pairs = await readReport(output, "pairs");
  expect(pairs.map(({ path_a, path_b }) => `${path_a}|${path_b}`).sort()).toEqual(Object.keys(expected.pairs).sort());
  expect(pairs.length).toBeGreaterThan(5);
  for (const { path_a, path_b, distance } of pairs) {
    expect(Number(distance)).toBeCloseTo(expected.pairs[`${path_a}|${path_b}`], 12);
  }
  for (const { path, nearest_labeled_distance } of await readReport(output, "candidates")) {
    expect(Number(nearest_labeled_distance)).toBeCloseTo(expected.nearest[path], 12);
  }
  const { model, search } = JSON.parse(await readFile(join(output, "reports/run.json"), "utf8"));
  expect(model.views).toEqual(["mirrored", "trimmed", "centre", "corners"]);
  expect(search.vectors).toBeGreaterThan(14 * 6);
  expect(search.pairs_total).toBe((search.vectors * (search.vectors - 1)) / 2);

  const again = join(root, "again");
  const features = ["--features", join(output, "index"), "--threshold", "0.6", "--output", again];
  await runPipelineCommand(features);
  const distances = (rows: Record<string, string>[]) => rows.map(({ match: _, ...pair }) => pair);
  expect(distances(await readReport(again, "pairs"))).toEqual(distances(pairs));
});

test("--views none makes no views, and an unknown one is an error that names the nearest", async () => {
  const { root, config } = await makeDataSet();
  const output = join(root, "out");
  const run = (views: string) => runPipelineCommand(["--config", config, "--views", views, "--output", output]);
  expect((await run("none")).exitCode).toBe(0);
  expect((await readdir(join(output, "index"))).some((name) => name.endsWith(".views.npy"))).toBe(false);
  const { exitCode, stderr } = await run("mirrored,timmed");
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/Found view "timmed" \(did you mean "trimmed"\?\)/);
});
