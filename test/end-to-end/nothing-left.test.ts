import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("a run leaves nothing among temporary files and in the home folder: no pixels, no reports of ONNX Runtime to its maker", async () => {
  const folder = await temporaryFolder();
  const [images, temporary, home] = ["images", "temporary", "home"].map((name) => join(folder, name));
  await mkdir(temporary);
  await mkdir(home);
  const pictures = await Promise.all([1, 2, 3].map((seed) => drawPicture(seed).png().toBuffer()));
  await writeFiles(images, Object.fromEntries(pictures.map((content, i) => [`${i}.png`, content])));
  const env = { TMPDIR: temporary, HOME: home, ORT_DISABLE_TELEMETRY: undefined, CI: undefined };
  const args = ["--images", images, "--output", join(folder, "output"), "--device", "cpu"];
  const { exitCode, stderr } = await runPipelineCommand(args, { env });
  expect(exitCode, stderr).toBe(0);
  expect(await readdir(temporary)).toEqual([]);
  expect(await readdir(home)).toEqual([]);
});
