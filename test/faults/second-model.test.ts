import { existsSync } from "node:fs";
import { readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDataSet } from "../support/made-data-set.ts";
import { drawPicture } from "../support/pictures.ts";
import { hasNumpy, runPython } from "../support/python.ts";
import { readReport } from "../support/read-report.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { filesUnder } from "./picture-set.ts";

const SECOND = "twinsift-copy-1";
const THRESHOLDS = { threshold: 0.1, secondThreshold: 1.1, dissimilar: 0.3 };

const ORACLE = `
import sys, json, os, numpy as np
def load(index):
    shards = sorted(name[:4] for name in os.listdir(index) if name.endswith('.features.npy'))
    ids = np.concatenate([np.load(f'{index}/{s}.object_ids.npy') for s in shards]).tolist()
    x = np.concatenate([np.load(f'{index}/{s}.features.npy') for s in shards]).astype('f8')
    kept = sorted((i for i in range(len(ids)) if ids[i]), key=lambda i: ids[i].encode())
    x = x[kept]
    return [ids[i] for i in kept], np.sqrt(((x[:, None] - x[None]) ** 2).sum(2))
ids, first = load(sys.argv[1]); others, second = load(sys.argv[2])
assert ids == others
near = (first <= float(sys.argv[3])) | (second <= float(sys.argv[4]))
labeled = json.loads(sys.argv[5])
print(json.dumps({
    'pairs': [[ids[i], ids[j], first[i, j], second[i, j]] for i, j in zip(*np.nonzero(np.triu(near, 1)))],
    'nearest': {a: min(second[i, ids.index(b)] for b in labeled) for i, a in enumerate(ids)}}))`;

interface Oracle {
  readonly pairs: readonly (readonly [string, string, number, number])[];
  readonly nearest: Readonly<Record<string, number>>;
}

async function secondModelSet() {
  const { root, images, config } = await makeDataSet();
  // the time of a file tells nothing while it is fresh
  const anHourAgo = new Date(Date.now() - 3_600_000);
  for (const file of await filesUnder(images)) await utimes(file, anHourAgo, anHourAgo);
  const labels = join(root, "labels.csv");
  await writeFile(labels, "path,label\nplain/2.jpg,a\n007.png,b\n");
  const settings = { ...JSON.parse(await readFile(config, "utf8")), ...THRESHOLDS, secondModel: SECOND };
  await writeFile(
    config,
    JSON.stringify({ ...settings, labels: "labels.csv", index: { shardRows: 5 }, select: { line: "anew" } }),
  );
  const output = join(root, "out");
  const run = async (...flags: string[]) => {
    const { exitCode, stderr, stdout } = await runPipelineCommand(["--config", config, "--output", output, ...flags]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return stdout;
  };
  return { root, images, config, output, run };
}

/** The index of the second model. */
async function indexBeside(output: string): Promise<string> {
  const [name] = (await readdir(output)).filter((found) => found.startsWith("index-"));
  return join(output, name);
}

function expectedOf(index: string, beside: string): Oracle {
  const { threshold, secondThreshold } = THRESHOLDS;
  const labeled = JSON.stringify(["plain/2.jpg", "007.png"]);
  return runPython(ORACLE, index, beside, String(threshold), String(secondThreshold), labeled) as Oracle;
}

test.runIf(hasNumpy)(
  "pairs carry the distances of both models, what only the second finds is similar, and it measures candidates",
  async () => {
    const { root, images, output, run } = await secondModelSet();
    await run();
    const check = async () => {
      const expected = expectedOf(join(output, "index"), await indexBeside(output));
      const pairs = await readReport(output, "pairs");
      expect(pairs.map(({ path_a, path_b }) => [path_a, path_b])).toEqual(expected.pairs.map(([a, b]) => [a, b]));
      for (const [i, { distance, second_distance, match }] of pairs.entries()) {
        expect(Number(distance)).toBeCloseTo(expected.pairs[i][2], 12);
        expect(Number(second_distance)).toBeCloseTo(expected.pairs[i][3], 12);
        if (Number(distance) > THRESHOLDS.threshold) expect(match).toBe("similar");
      }
      const isOnlySecond = ({ distance }: Record<string, string>) => Number(distance) > THRESHOLDS.threshold;
      expect(pairs.some(isOnlySecond)).toBe(true);
      expect(pairs.some((pair) => !isOnlySecond(pair))).toBe(true);
      const candidates = await readReport(output, "candidates");
      expect(candidates.length).toBeGreaterThan(3);
      for (const { path, nearest_labeled_distance } of candidates)
        expect(Number(nearest_labeled_distance)).toBeCloseTo(expected.nearest[path], 12);
      for (const { distance_to_keep, link } of await readReport(output, "groups"))
        if (link === "direct") expect(Number(distance_to_keep)).toBeLessThanOrEqual(THRESHOLDS.threshold);
    };
    await check();
    const { model, second_model, second_search, stages } = JSON.parse(
      await readFile(join(output, "reports/run.json"), "utf8"),
    );
    expect([model.name, second_model.name]).toEqual(["tiny", SECOND]);
    expect(second_search.pairs_total).toBe((second_search.vectors * (second_search.vectors - 1)) / 2);
    expect(stages.map(({ name }: { name: string }) => name)).toContain("extract 2");

    // the next night: both indexes are used again, and take in what has changed
    expect(await run("--dry-run")).toMatch(/0 new.*embed 0 images with tiny.*embed 0 images with twinsift-copy-1/s);
    await rm(join(images, "plain/3.jpg"));
    await drawPicture(77).jpeg().toFile(join(images, "plain/9.jpg"));
    await run();
    await check();
    const later = await readReport(output, "pairs");
    const fresh = join(root, "fresh");
    await run("--output", fresh);
    expect(await readReport(fresh, "pairs")).toEqual(later);
    expect(await readFile(join(fresh, "reports/candidates.csv"))).toEqual(
      await readFile(join(output, "reports/candidates.csv")),
    );
  },
);

test("the models may change places: both indexes are kept", async () => {
  const { config, output, run } = await secondModelSet();
  await run();
  const settings = JSON.parse(await readFile(config, "utf8"));
  await writeFile(config, JSON.stringify({ ...settings, model: SECOND, views: "none", secondModel: "tiny.onnx" }));
  expect(await run("--dry-run")).toContain("embed 0 images with tiny");
  await run();
  const { stages } = JSON.parse(await readFile(join(output, "reports/run.json"), "utf8"));
  expect(stages.filter(({ name }: { name: string }) => name.startsWith("extract"))).toEqual([]);
  expect((await readdir(output)).filter((name) => name.startsWith("index-"))).toHaveLength(1);
});

test("a second model that is the first, or that there is not, is refused before anything is written; too many pairs of it are told as its own", async () => {
  const { config, output, run } = await secondModelSet();
  const fail = (...flags: string[]) => runPipelineCommand(["--config", config, "--output", output, ...flags]);
  expect(await fail("--second-model", "twinsift-copi-1")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('did you mean "twinsift-copy-1"?'),
  });
  expect(await fail("--model", SECOND, "--second-model", SECOND)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Expected another model than the first"),
  });
  expect(existsSync(join(output, "index"))).toBe(false);
  await run();
  const settings = JSON.parse(await readFile(config, "utf8"));
  await writeFile(config, JSON.stringify({ ...settings, search: { maxPairs: 5 } }));
  expect(await fail()).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/"secondThreshold": \d/) });
  const features = ["--features", join(output, "index")];
  const { exitCode, stderr } = await runPipelineCommand([...features, "--second-model", SECOND, "--output", output]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("a model needs pictures");
});
