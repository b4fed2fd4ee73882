import { expect, test } from "vitest";
import { collect } from "#base/bounded-buffer.ts";
import { sha256 } from "#base/fingerprint.ts";
import { renderSample } from "#sample/render-sample.ts";

test("renderSample() gives the same files each time: about 200 different pictures, labels and the true copies", async () => {
  const files = await collect(renderSample());
  expect(await collect(renderSample())).toEqual(files);
  const pictures = files.filter(({ path }) => path.startsWith("images/"));
  expect(pictures.length).toBeGreaterThan(190);
  expect(pictures.length).toBeLessThan(230);
  const originals = pictures.filter(({ path }) => path.startsWith("images/originals/"));
  expect(new Set(originals.map(({ content }) => sha256(content))).size).toBe(originals.length);
  const names = new Set(pictures.map(({ path }) => path.replace("images/", "")));
  for (const file of ["labels.csv", "truth.csv"]) {
    const [, ...lines] = String(files.find(({ path }) => path === file)?.content)
      .trim()
      .split("\n");
    expect(lines.length).toBeGreaterThan(10);
    const paths = lines.flatMap((line) => (file === "truth.csv" ? line.split(",") : line.split(",")[0]));
    expect(paths.every((path) => names.has(path))).toBe(true);
  }
});
