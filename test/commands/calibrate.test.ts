import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { runCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const calibrate = (...args: string[]) => runCommand("src/commands/calibrate.ts", [...args, "--quiet"]);

/** 21 pictures, one of them saved twice more, as it is and anew, two of one colour each, and two files that are none. */
async function pictureFolder(root: string): Promise<string> {
  const files: Record<string, Buffer | string> = { "notes.txt": "no picture", "broken.jpg": "no picture either" };
  for (let i = 0; i < 21; i++) {
    files[`${i}.png`] = await drawPicture(i + 1, { width: 64, height: 48 })
      .png()
      .toBuffer();
  }
  for (const background of ["white", "#123456"]) {
    const plain = sharp({ create: { width: 30, height: 20, channels: 3, background } });
    files[`plain-${background}.png`] = await plain.png().toBuffer();
  }
  files["again.png"] = files["7.png"];
  files["saved-anew.jpg"] = await sharp(files["7.png"] as Buffer)
    .jpeg({ quality: 80 })
    .toBuffer();
  await writeFiles(join(root, "images"), files);
  return join(root, "images");
}

const FILES = ["calibration.csv", "calibration.json", "calibration.svg"];

async function filesOf(output: string): Promise<string[]> {
  return Promise.all(FILES.map((name) => readFile(join(output, "calibration", name), "utf8")));
}

test("the same images and seed give the same bytes; copies within the sample leave it; nothing else is written", async () => {
  const root = await temporaryFolder();
  const images = await pictureFolder(root);
  const flags = ["--images", images, "--views", "none", "--precision", "0.9", "--copies", "0.5"];
  const outputs = [1, 2].map((run) => join(root, `out-${run}`));
  const first = await calibrate(...flags, "--output", outputs[0]);
  expect(first).toMatchObject({ exitCode: 0, stderr: "" });
  expect(first.stdout).toMatch(/twinsift-copy-1, one view, on 21 images drawn from about 25 and 2\d\d edited copies/);
  expect(first.stdout.replaceAll("\n", " ")).toMatch(
    /Passed over: 2 unreadable files, 1 with the bytes of another, 2 that showed nothing \(one colour\), 1 that showed a copy of another\./,
  );
  expect(Math.max(...first.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);

  const again = await calibrate(...flags, "--output", outputs[1], "--json", "--concurrency", "1");
  expect(await filesOf(outputs[1])).toEqual(await filesOf(outputs[0]));
  expect(await readdir(outputs[0])).toEqual(["calibration"]);
  expect((await readdir(join(outputs[0], "calibration"))).sort()).toEqual(FILES);
  const [csv, json, svg] = await filesOf(outputs[0]);
  expect(again.stdout).toBe(json);
  const told = JSON.parse(json);
  expect(told).toMatchObject({
    schema: "twinsift/calibration@1",
    images: 25,
    wanted: { precision: 0.9, of: 25, copies: 0.5 },
  });
  expect(told.sample).toMatchObject({ originals: 21, unreadable: 2, same_bytes: 1, plain: 2, copies: 1 });
  expect(csv.split("\r\n")[0]).toMatch(/^\ufeffthreshold,copies_found,false_pairs_per_1000_images,.*,found_blur/);
  expect(csv.split("\r\n")).toHaveLength(told.thresholds.length + 2);
  expect((await sharp(Buffer.from(svg)).metadata()).width).toBe(860);
}, 180_000);

test("what cannot be calibrated on is told with what to do", async () => {
  const root = await temporaryFolder();
  const output = ["--output", join(root, "out")];
  const none = await calibrate(...output);
  expect(none).toMatchObject({ exitCode: 2, stdout: "" });
  expect(none.stderr).toMatch(/Found no image folder: give one as --images FOLDER/);
  const few = join(root, "few");
  await writeFiles(few, { "a.png": await drawPicture(1).png().toBuffer(), "b.png": "no picture" });
  const tooFew = await calibrate("--images", few, ...output);
  expect(tooFew).toMatchObject({ exitCode: 1 });
  expect(tooFew.stderr).toMatch(
    /Expected at least 20 different images in ".*few" to calibrate on, found 1 among 2 files \(1 of them unreadable\)/,
  );
  const wrong = async (...args: string[]) => {
    const { exitCode, stderr } = await calibrate("--images", few, ...args);
    return `${exitCode} ${stderr}`;
  };
  expect(await wrong("--precison", "0.9")).toMatch(/^2 .*--precison.*--precision/s);
  expect(await wrong("--precision", "1")).toMatch(/^2 .*Expected a number between 0 and 1/s);
  expect(await wrong("--sample", "5")).toMatch(/^2 .*Expected a whole number from 20 on/s);
  expect(await wrong("--views", "croners")).toMatch(/^2 .*croners|^2 .*one of mirrored, trimmed, centre, corners/s);
  expect(existsSync(join(root, "out"))).toBe(false);
});

test("reviewed decisions tell precision and the rows that each threshold of the latest run would send to review", async () => {
  const root = await temporaryFolder();
  const output = join(root, "out");
  const reports = join(output, "reports");
  await mkdir(reports, { recursive: true });
  const pairs = ["a,b,0.1,same-bytes", "b,c,0.2,copy", "d,e,0.3,copy", "a,f,0.2,similar"];
  await writeFile(join(reports, "pairs.csv"), `path_a,path_b,distance,match\r\n${pairs.join("\r\n")}\r\n`);
  await writeFile(
    join(reports, "run.json"),
    JSON.stringify({ config: { threshold: 0.35, cluster: { match: "copy" } } }),
  );
  const reviewed = join(root, "reviewed.csv");
  const rows = ["a,b,0.1,drop", "b,c,0.2,drop", "d,e,0.3,not-duplicate", "x,y,0.5,drop"];
  await writeFile(reviewed, `path_a,path_b,distance,decision\n${rows.join("\n")}\n`);

  const text = await calibrate("--reviewed", reviewed, "--output", output, "--precision", "0.7");
  expect(text).toMatchObject({ exitCode: 0, stderr: "" });
  expect(text.stdout).toMatch(/^4 reviewed pairs: 3 true copies \(drop\), 1 false ones/);
  expect(text.stdout).toMatch(/0\.50 +by its share +4 +3 +0\.750 +0\.301 to 0\.954 +not known/);
  const told = JSON.parse((await calibrate("--reviewed", reviewed, "--output", output, "--json")).stdout);
  expect(told).toMatchObject({
    schema: "twinsift/calibration-reviewed@1",
    run_threshold: 0.35,
    reviews_that_prove: 381,
  });
  const rowsAt = (threshold: number) =>
    told.thresholds.find((each: { threshold: number }) => each.threshold === threshold);
  expect([0.09, 0.1, 0.2, 0.3, 0.35, 0.36].map((threshold) => rowsAt(threshold).rows_to_review)).toEqual([
    0,
    2,
    3,
    5,
    5,
    null,
  ]);
  expect((await readdir(join(output, "calibration"))).sort()).toEqual([
    "reviewed.csv",
    "reviewed.json",
    "reviewed.svg",
  ]);
  expect((await readdir(reports)).sort()).toEqual(["pairs.csv", "run.json"]);
});
