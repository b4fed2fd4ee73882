import { mkdir, realpath, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ImagePlaces } from "#artifacts/image-places.ts";
import { outputPaths } from "#artifacts/output-paths.ts";
import { quarantineFolder } from "#removal/quarantine-folder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function folders() {
  const root = await temporaryFolder();
  const images = join(root, "images");
  await mkdir(join(images, "sub"), { recursive: true });
  const places = await ImagePlaces.open([{ path: images, prefix: "", reference: false }]);
  return { root, images, places };
}

test("the default lies in the output folder, also where that lies in an image folder, as runs pass it over", async () => {
  const { root, images, places } = await folders();
  for (const output of [join(root, "output"), join(images, "output")])
    expect(await quarantineFolder(undefined, outputPaths(output), places)).toBe(join(output, "quarantine"));
});

test("a folder that runs scan or write to is refused, over links too", async () => {
  const { root, images, places } = await folders();
  const paths = outputPaths(join(root, "output"));
  await symlink(images, join(root, "link"));
  for (const given of [images, join(images, "sub/new"), join(root, "link/quarantine")])
    await expect(quarantineFolder(given, paths, places), given).rejects.toThrow(
      /as quarantine: runs scan the image folder/,
    );
  for (const given of [paths.root, paths.reports, join(paths.root, "mine")])
    await expect(quarantineFolder(given, paths, places), given).rejects.toThrow(/as quarantine: runs write to/);
  const elsewhere = join(await realpath(root), "elsewhere");
  expect(await quarantineFolder(join(root, "elsewhere"), paths, places)).toBe(elsewhere);
});
