import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { compareUtf8 } from "#base/compare-utf8.ts";
import { Progress } from "#base/progress.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { Metric } from "#data/metric.ts";
import { readSettings } from "#settings/read-settings.ts";
import { openSimilarImages } from "#similarity/live-images.ts";
import { type SimilarImages, UnknownImage } from "#similarity/similar-images.ts";
import { makeDataSet } from "../support/made-data-set.ts";
import { oracleNearestImages, storedVectors } from "../support/nearest-oracle.ts";
import { drawPicture } from "../support/pictures.ts";
import { runPipelineCommand } from "../support/run-command.ts";

interface MadeRun {
  readonly root: string;
  readonly images: string;
  readonly references: string;
  readonly output: string;
  run(): Promise<void>;
  open(options?: { metric?: Metric; addTo?: string; notes?: string[] }): Promise<SimilarImages>;
}

/** A small data set with references, in shards of five, that a run has looked at. */
async function makeRun(): Promise<MadeRun> {
  const { root, images, config } = await makeDataSet();
  const [references, output, small] = [join(root, "known"), join(root, "out"), join(root, "small.json")];
  await mkdir(references);
  for (let i = 0; i < 4; i++)
    await drawPicture(80 + i)
      .png()
      .toFile(join(references, `${i}.png`));
  const content = JSON.parse(await readFile(config, "utf8"));
  await writeFile(small, JSON.stringify({ ...content, index: { shardRows: 5 }, views: ["mirrored", "centre"] }));
  const run = async () => {
    const { exitCode, stderr } = await runPipelineCommand([
      "--config",
      small,
      "--reference",
      references,
      "--output",
      output,
    ]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  };
  await run();
  const open: MadeRun["open"] = async ({ metric = "l2", addTo, notes = [] } = {}) => {
    const progress = new Progress();
    progress.on("note", (line) => notes.push(line));
    const settings = readSettings(small, { output });
    const opened = await openSimilarImages({ settings, metric, addTo, progress, lookEveryMs: 20 });
    onTestFinished(() => opened.close());
    return opened;
  };
  return { root, images, references, output, run, open };
}

function expectExact(similar: SimilarImages, output: string, metric: Metric = "l2") {
  const stored = storedVectors(join(output, "index"));
  const ids = [...stored.keys()].sort(compareUtf8);
  expect(similar.objectIds).toEqual(ids);
  return Promise.all(
    ids.flatMap((id) =>
      [1, 3, 100].map(async (limit) => {
        const expected = oracleNearestImages(stored, stored.get(id) as FeatureMatrix, { limit, metric });
        expect(await similar.similarTo(id, { limit }), id).toEqual(expected);
      }),
    ),
  );
}

test("answers are those of float64 brute force over all views, also when files have changed, gone and come", async () => {
  const made = await makeRun();
  await expectExact(await made.open(), made.output);
  await expectExact(await made.open({ metric: "cosine" }), made.output, "cosine");
  await rm(join(made.images, "plain/2.jpg"));
  await drawPicture(91).png().toFile(join(made.images, "007.png"));
  for (let i = 0; i < 7; i++)
    await drawPicture(100 + i)
      .png()
      .toFile(join(made.images, `new-${i}.png`));
  await made.run();
  await expectExact(await made.open(), made.output);
  await expectExact(await made.open({ metric: "cosine" }), made.output, "cosine");
});

test("a picture is found by its file as by its id, and references alone where they are asked for", async () => {
  const made = await makeRun();
  const similar = await made.open();
  const query = { limit: 5 };
  const id = similar.objectIds.find((name) => name.endsWith("plain/1.jpg")) as string;
  expect(await similar.similarToPicture(join(made.images, "plain/1.jpg"), query)).toEqual(
    await similar.similarTo(id, query),
  );
  const stored = storedVectors(join(made.output, "index"));
  const isWanted = (name: string) => name.startsWith("known/");
  const expected = oracleNearestImages(stored, stored.get(id) as FeatureMatrix, { ...query, isWanted });
  expect(expected).toHaveLength(4);
  expect(await similar.similarTo(id, { ...query, referenceOnly: true })).toEqual(expected);
  expect(similar.find(expected[0].objectId)).toMatchObject({ isReference: true, width: 64 });
  expect(similar.pathOf(expected[0].objectId)).toBe(join(made.root, expected[0].objectId));
  for (const unknown of ["", "../config.json", `${id}/`, `images/../${id}`, "known"]) {
    expect(similar.find(unknown)).toBeUndefined();
    expect(similar.pathOf(unknown)).toBeUndefined();
    await expect(similar.similarTo(unknown, query)).rejects.toThrow(UnknownImage);
  }
});

test("what makes queries quick may be damaged, gone or not writable: answers stay the same", async () => {
  const made = await makeRun();
  const folder = join(made.output, "encoded/index");
  const names = await readdir(folder);
  expect(names.length).toBeGreaterThan(3);
  for (const [i, name] of names.entries()) {
    if (i % 3 === 0) await rm(join(folder, name));
    else if (i % 3 === 1) await truncate(join(folder, name), 100);
    else await writeFile(join(folder, name), "no arrays");
  }
  await expectExact(await made.open(), made.output);
  expect((await readdir(folder)).sort()).toEqual(names.sort());
  await rm(folder, { recursive: true });
  await writeFile(folder, "a file where the folder should be");
  const notes: string[] = [];
  await expectExact(await made.open({ notes }), made.output);
  expect(notes.join("\n")).toContain("What makes queries quick could not be kept");
});

test("an image that is added is found at once, by a server that starts later, and by the next run", async () => {
  const made = await makeRun();
  const addTo = join(made.images, "incoming");
  await mkdir(addTo);
  const similar = await made.open({ addTo });
  const picture = join(made.root, "upload");
  await drawPicture(300).png().toFile(picture);
  const added = await similar.add(picture, "new one.png");
  expect(added).toEqual({ objectId: "images/incoming/new one.png", isNew: true });
  expect(await readFile(join(addTo, "new one.png"))).toEqual(await readFile(picture));
  expect(similar.objectIds).toContain(added.objectId);
  expect(similar.find(added.objectId)).toMatchObject({ width: 64, isReference: false });
  expect((await similar.similarToPicture(picture, { limit: 2 }))[0]).toEqual({ objectId: added.objectId, distance: 0 });
  const asked = await similar.similarTo(added.objectId, { limit: 100 });
  expect(asked).toHaveLength(similar.facts.images);
  expect(await similar.add(picture, "again.png")).toEqual({ ...added, isNew: false });
  const known = join(made.images, "plain/1.jpg");
  expect(await similar.add(known, undefined)).toEqual({ objectId: "images/plain/1.jpg", isNew: false });

  const later = await made.open({ addTo });
  expect(await later.similarTo(added.objectId, { limit: 100 })).toEqual(asked);
  await made.run();
  await expect.poll(() => later.facts.generation, { timeout: 5000 }).not.toContain("-1");
  expect(await later.similarTo(added.objectId, { limit: 100 })).toEqual(asked);
  await expectExact(later, made.output);
});

test("a name that other content has, or that no system takes, overwrites nothing", async () => {
  const made = await makeRun();
  const addTo = join(made.images, "incoming");
  await mkdir(addTo);
  const similar = await made.open({ addTo });
  const pictures = [1, 2, 3].map((i) => join(made.root, `upload-${i}`));
  for (const [i, picture] of pictures.entries())
    await drawPicture(310 + i)
      .jpeg()
      .toFile(picture);
  const names = await Promise.all([
    similar.add(pictures[0], "same.jpg"),
    similar.add(pictures[1], "same.jpg"),
    similar.add(pictures[2], undefined),
  ]);
  expect(new Set(names.map(({ objectId }) => objectId)).size).toBe(3);
  expect(names[2].objectId).toMatch(/^images\/incoming\/[0-9a-f]{32}\.jpg$/);
  const files = await Promise.all(names.map(({ objectId }) => readFile(join(made.root, objectId))));
  expect(files).toEqual(await Promise.all(pictures.map((picture) => readFile(picture))));
  await copyFile(pictures[0], join(made.root, "other"));
  for (const name of ["../x.jpg", "a/b.jpg", "a\\b.jpg", "", ".hidden", "nul\0.jpg", `${"x".repeat(300)}.jpg`, "a:b"])
    await expect(similar.add(join(made.root, "other"), name), name).rejects.toThrow("Cannot name an image");
  await expect((await made.open()).add(pictures[0], "x.jpg")).rejects.toThrow("--add-to");
  await expect(made.open({ addTo: made.root })).rejects.toThrow("none of the image folders of the latest run");
});
