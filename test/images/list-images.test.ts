import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ImageFolder, listImages } from "#images/list-images.ts";
import { writeFiles } from "../support/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function list(folders: readonly ImageFolder[], options: { ignore?: string[]; exclude?: string[] } = {}) {
  return listImages(folders, { ignore: [], exclude: [], ...options });
}

async function idsOf(folder: string) {
  return (await list([{ path: folder, reference: false }])).files.map(({ id }) => id);
}

test("listImages() lists every file in the order of ids as UTF-8 bytes", async () => {
  const folder = await temporaryFolder();
  const names = [
    "b.jpg",
    "a/z.jpg",
    "a-b.jpg",
    "a.jpg",
    "a/b/c.jpg",
    "ｆ.jpg",
    "🐟.jpg",
    'q"uo,te.jpg',
    "new\nline.jpg",
    "no-extension",
  ];
  await writeFiles(folder, Object.fromEntries(names.map((name) => [name, "x"])));
  const sorted = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(await idsOf(folder)).toEqual(sorted);
});

test("listImages() puts the folder's name in front of ids when there are several, whatever their order", async () => {
  const root = await temporaryFolder();
  await writeFiles(root, { "new/1.jpg": "x", "old/1.jpg": "x", "old/cats/tabby/2.jpg": "x" });
  const folders = [
    { path: join(root, "old"), reference: true },
    { path: `${join(root, "new")}/`, reference: false },
  ];
  const { files } = await list(folders);
  expect(files.map(({ id, reference, folderLabel }) => [id, reference, folderLabel])).toEqual([
    ["new/1.jpg", false, ""],
    ["old/1.jpg", true, ""],
    ["old/cats/tabby/2.jpg", true, "cats"],
  ]);
  expect((await list([...folders].reverse())).files).toEqual(files);
});

test("listImages() passes over what it is told to ignore or exclude", async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { "a.jpg": "x", ".DS_Store": "x", "sub/.DS_Store": "x", "output/reports/b.jpg": "x" });
  const options = { ignore: [".DS_Store"], exclude: [join(folder, "output")] };
  const { files, ignored } = await list([{ path: folder, reference: false }], options);
  expect(files.map(({ id }) => id)).toEqual(["a.jpg"]);
  expect(ignored).toBe(2);
});

test("listImages() follows links out of the folder once, and never runs in circles", async () => {
  const root = await temporaryFolder();
  await writeFiles(root, { "in/a.jpg": "x", "out/b.jpg": "x", "out/deep/c.jpg": "x" });
  await symlink(join(root, "out"), join(root, "in/linked"));
  await symlink(join(root, "out"), join(root, "in/linked-again"));
  await symlink(join(root, "in"), join(root, "out/circle"));
  await symlink("a.jpg", join(root, "in/same.jpg"));
  await symlink("nowhere.jpg", join(root, "in/broken.jpg"));
  const { files, ignored } = await list([{ path: join(root, "in"), reference: false }]);
  expect(files.map(({ id, problem }) => [id, problem?.includes("ENOENT")])).toEqual([
    ["a.jpg", undefined],
    ["broken.jpg", true],
    ["linked/b.jpg", undefined],
    ["linked/deep/c.jpg", undefined],
  ]);
  expect(ignored).toBe(3);
});

test("listImages() lists what is no regular file with its problem, and does not open it", async () => {
  const folder = await temporaryFolder();
  execFileSync("mkfifo", [join(folder, "pipe.jpg")]);
  const { files } = await list([{ path: folder, reference: false }]);
  expect(files[0]).toMatchObject({ id: "pipe.jpg", problem: "not a regular file" });
});

test("listImages() refuses folders that are missing, are files, lie in each other or share a name", async () => {
  const root = await temporaryFolder();
  await writeFiles(root, { "a/x/1.jpg": "x", "b/x/1.jpg": "x" });
  const listed = (...names: string[]) => list(names.map((name) => ({ path: join(root, name), reference: false })));
  await expect(listed("nope")).rejects.toThrow(/image folder ".*nope".*ENOENT/);
  await expect(listed("a/x/1.jpg")).rejects.toThrow(/Expected an image folder, found a file/);
  await expect(listed("a", "a/x")).rejects.toThrow(/must not lie in each other/);
  await expect(listed("a/x", "b/x")).rejects.toThrow(/two image folders of one name/);
});

test.skipIf(process.platform !== "linux")(
  "listImages() lists names that are not UTF-8 with what to do, and reads those that only look so",
  async () => {
    const folder = await temporaryFolder();
    const name = (...bytes: number[]) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(bytes)]);
    await writeFile(name(0x63, 0xe9, 0x2e, 0x6a, 0x70, 0x67), "latin 1");
    await mkdir(name(0xff));
    await writeFile(join(folder, "\ufffd.jpg"), "a name");
    const { files } = await list([{ path: folder, reference: false }]);
    expect(files.map(({ id, problem }) => [id, problem])).toEqual([
      ["c\ufffd.jpg", "its name is not UTF-8: rename it"],
      ["\ufffd", "its name is not UTF-8: rename it"],
      ["\ufffd.jpg", undefined],
    ]);
  },
);

test.skipIf(process.platform !== "linux")(
  "listImages() lists a folder whose path is too long to be opened, and goes on",
  async () => {
    const folder = await temporaryFolder();
    const part = "x".repeat(250);
    // only step by step can such a path be made
    const script = `import os\nos.chdir(${JSON.stringify(folder)})\nfor i in range(18):\n os.mkdir("${part}")\n os.chdir("${part}")\nopen("deep.jpg", "w").close()`;
    execFileSync("/usr/bin/env", ["python3", "-c", script]);
    await writeFiles(folder, { "z.jpg": "" });
    const { files } = await list([{ path: folder, reference: false }]);
    expect(files.map(({ id }) => id.length > 3500)).toEqual([true, false]);
    expect(files[0]).toMatchObject({ isFolder: true, problem: expect.stringMatching(/ENAMETOOLONG/) });
    // Node's own removal cannot reach that deep
    execFileSync("rm", ["-rf", join(folder, part)]);
  },
);
