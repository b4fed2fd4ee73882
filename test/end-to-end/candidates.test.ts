import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import sharp from "sharp";
import { expect, test } from "vitest";
import { formatFeatureArray } from "#npy/feature-array.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { matrixOf, randomFeatures } from "../support/random-features.ts";
import { readReport } from "../support/read-report.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Paths of the candidates that a run with these settings ranks. */
async function candidatesOf(folder: string, select: object, flags: readonly string[]) {
  const [output, config] = [join(folder, "out"), join(folder, "config.json")];
  await writeFile(config, JSON.stringify({ select }));
  const { exitCode, stderr } = await runPipelineCommand([
    "--config",
    config,
    "--output",
    output,
    "--views",
    "none",
    ...flags,
  ]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const rows = await readReport(output, "candidates");
  return { paths: rows.map(({ path }) => path), rows, stderr };
}

/** Pictures of two folders, and two of one colour. */
async function pictures(): Promise<{ folder: string; images: string }> {
  const folder = await temporaryFolder();
  const images = join(folder, "images");
  const names = ["a/0", "a/1", "a/2", "b/3", "b/4", "5"];
  const drawn = await Promise.all(names.map((_, seed) => drawPicture(seed).png().toBuffer()));
  const plain = (background: string) => sharp({ create: { width: 64, height: 48, channels: 3, background } });
  const plains = [await plain("black").png().toBuffer(), await plain("#e8e8e8").jpeg().toBuffer()];
  const files = Object.fromEntries(names.map((name, i) => [`${name}.png`, drawn[i]]));
  await writeFiles(images, { ...files, "a/black.png": plains[0], "gray.jpg": plains[1] });
  return { folder, images };
}

test("pictures of one colour come last, or not at all, and a folder gets its quota", async () => {
  const { folder, images } = await pictures();
  const flags = ["--images", images];
  for (const order of ["represent", "spread"]) {
    const last = await candidatesOf(folder, { order, outliers: "last" }, flags);
    expect(last.paths.slice(6).toSorted()).toEqual(["a/black.png", "gray.jpg"]);
    const rest = await candidatesOf(folder, { order, outliers: "drop" }, flags);
    expect(rest.paths).toEqual(last.paths.slice(0, 6));
    const few = await candidatesOf(folder, { order, outliers: "drop", quota: 1, quotas: { a: 2 } }, flags);
    expect(few.paths.map((path) => path.slice(0, 2)).toSorted()).toEqual(["5.", "a/", "a/", "b/"]);
  }
  expect((await candidatesOf(folder, {}, flags)).paths).toHaveLength(8);
});

test("a split gets its quota, which lines without a label may tell", async () => {
  const { folder, images } = await pictures();
  const labels = join(folder, "labels.csv");
  await writeFile(
    labels,
    "path,label,split\na/0.png,thing,train\na/1.png,,train\na/2.png,,train\nb/3.png,,val\nb/4.png,,val\n",
  );
  const select = { quotaBy: "split", quota: 1, quotas: { "": 0 } };
  const { paths } = await candidatesOf(folder, select, ["--images", images, "--labels", labels, "--dissimilar", "0"]);
  expect(paths.map((path) => path.slice(0, 2)).toSorted()).toEqual(["a/", "b/"]);
  expect(paths).not.toContain("a/0.png");
});

test("a run in which everything is labeled has no candidates, and says so", async () => {
  const { folder, images } = await pictures();
  const labels = join(folder, "labels.csv");
  const ids = ["a/0", "a/1", "a/2", "b/3", "b/4", "5"].map((name) => `${name}.png,thing`);
  await writeFile(labels, ["path,label", ...ids, "a/black.png,none", "gray.jpg,none", ""].join("\n"));
  const { paths, stderr } = await candidatesOf(folder, {}, ["--images", images, "--labels", labels]);
  expect(paths).toEqual([]);
  expect(stderr).toMatch(/No candidates: each of 8 images has a label/);
  const far = await candidatesOf(folder, {}, ["--images", images, "--labels", labels, "--dissimilar", "9"]);
  expect(far.paths).toEqual([]);
});

test("ranking ends at the wanted coverage radius, and features that are far out of all others come last", async () => {
  const folder = await temporaryFolder();
  const features = join(folder, "features");
  await mkdir(features);
  const { values, dim } = randomFeatures({ rows: 60, dim: 4, seed: 5, copies: 0 });
  const rows = Array.from({ length: 60 }, (_, row) => [...values.subarray(row * dim, (row + 1) * dim)]);
  rows[7] = rows[7].map((value) => 80 * value);
  await writeFile(join(features, "0000.features.npy"), formatFeatureArray(matrixOf(rows)));
  const ids = rows.map((_, row) => `image ${String(row).padStart(2, "0")}`);
  await writeFile(join(features, "0000.object_ids.npy"), formatUnicodeArray(ids));
  const flags = ["--features", features, "--threshold", "0.0001"];
  const spread = await candidatesOf(folder, { order: "spread" }, flags);
  expect(spread.paths.indexOf("image 07")).toBeLessThan(2);
  const last = await candidatesOf(folder, { order: "spread", outliers: "last" }, flags);
  expect(last.paths.at(-1)).toBe("image 07");
  const radii = last.rows.map((row) => Number(row.coverage_radius));
  const stopRadius = radii[20];
  const first = await candidatesOf(folder, { order: "spread", outliers: "last", stopRadius }, flags);
  expect(first.paths).toEqual(last.paths.slice(0, radii.findIndex((radius) => radius < stopRadius) + 1));
});

test("what was proposed and nobody has labeled stays first in line, and the history tells what has become of the rest", async () => {
  const folder = await temporaryFolder();
  const [images, labels] = [join(folder, "images"), join(folder, "labels.csv")];
  const drawn = async (from: number, to: number) => {
    for (let seed = from; seed < to; seed++)
      await writeFiles(images, { [`${seed}.png`]: await drawPicture(seed).png().toBuffer() });
  };
  await drawn(0, 12);
  const flags = ["--images", images, "--labels", labels, "--dissimilar", "0.05", "--candidates", "8"];
  const history = async () => {
    const text = await readFile(join(folder, "out", "history.csv"), "utf8");
    const rows = parse(text, { bom: true, columns: true }) as Record<string, string>[];
    return rows.map(({ path, rank, status, label }) => [path, rank, status, label].join());
  };
  await writeFile(labels, "path,label\n");
  const first = await candidatesOf(folder, {}, flags);
  expect(await history()).toEqual(first.paths.map((path, i) => `${path},${i + 1},proposed,`));

  // nothing has changed: nothing is ranked, and every byte is the same
  const again = await candidatesOf(folder, {}, flags);
  expect(again.rows).toEqual(first.rows);

  const [labeled, removed, changed, ...rest] = first.paths;
  await writeFile(labels, `path,label\n${labeled},thing\n`);
  await rm(join(images, removed));
  await writeFile(join(images, changed), await drawPicture(99).png().toBuffer());
  await rename(join(images, rest[0]), join(images, "moved.png"));
  await drawn(12, 20);
  const next = await candidatesOf(folder, {}, flags);
  expect(next.paths.slice(0, 5)).toEqual(["moved.png", ...rest.slice(1)]);
  expect(next.paths).toHaveLength(8);
  expect(next.stderr).toMatch(/5 of 8 candidates stay first in line/);
  const states = new Map((await history()).map((line) => [line.split(",")[0], line.split(",").slice(2).join()]));
  expect([labeled, removed, rest[0], "moved.png", rest[1]].map((path) => states.get(path))).toEqual([
    ...["labeled,thing", "gone,", "gone,", "proposed,", "proposed,"],
  ]);
  const anew = await candidatesOf(folder, { order: "spread" }, flags);
  expect(anew.stderr).toMatch(/ranked anew: the model, or "select" in the config, is not that of the latest run/);
});
