import { link, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { WorkerUnfit } from "#fleet/fleet-plan.ts";
import { FolderStorage } from "#fleet/storage/folder-storage.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const DAY_SECONDS = 24 * 3600;

test("a file stays where it is when it is shared, and another machine finds it below its own folder", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "images", "a"), { recursive: true });
  const path = join(folder, "images", "a", "b.jpg");
  await writeFile(path, "picture");
  const reference = await new FolderStorage(folder).share(path, "unused/key");
  expect(reference).toBe("images/a/b.jpg");
  const mounted = join(await temporaryFolder(), "mounted");
  await symlink(folder, mounted);
  const { path: elsewhere } = await new FolderStorage(mounted).fetch(reference);
  expect(elsewhere).toBe(join(mounted, "images", "a", "b.jpg"));
  expect(await readFile(elsewhere, "utf8")).toBe("picture");
});

test("the root of the disk shares every file by its own path", async () => {
  const path = join(await temporaryFolder(), "a.jpg");
  await writeFile(path, "picture");
  const storage = new FolderStorage("/");
  expect((await storage.fetch(await storage.share(path, "unused"))).path).toBe(path);
});

test("a file outside the folder is refused with both named and what to do", async () => {
  const outside = join(await temporaryFolder(), "a.jpg");
  const shared = join(await temporaryFolder(), "shared");
  await mkdir(shared);
  await mkdir(`${shared}-not`);
  await writeFile(outside, "picture");
  for (const path of [outside, `${shared}-not/a.jpg`, shared, join(shared, "..")]) {
    const sharing = new FolderStorage(shared).share(path, "unused");
    await expect(sharing).rejects.toMatchObject({ kind: "settings" });
    await expect(sharing).rejects.toThrow(
      `"${path}" is not in the shared folder "${shared}", so that other machines cannot read it: put it there, or name a folder with --storage that`,
    );
  }
});

test("a file is in the folder also where one of them is named through a link, or has dots in front", async () => {
  const folder = await temporaryFolder();
  const linked = join(await temporaryFolder(), "link");
  await symlink(folder, linked);
  await writeFile(join(folder, "..a.jpg"), "picture");
  expect(await new FolderStorage(linked).share(join(folder, "..a.jpg"), "unused")).toBe("..a.jpg");
  expect(await new FolderStorage(folder).share(join(linked, "..a.jpg"), "unused")).toBe("..a.jpg");
});

test("a write that fails leaves nothing behind", async () => {
  const folder = await temporaryFolder();
  const storage = new FolderStorage(folder);
  await mkdir(join(folder, "results", "name"), { recursive: true });
  await expect(storage.write("results/name", Buffer.from("x"))).rejects.toThrow(/Cannot write ".*name"/);
  expect(await readdir(join(folder, "results"))).toEqual(["name"]);
});

test("what a killed writer has left is no key, and goes a day later with the first keys that are removed", async () => {
  const folder = await temporaryFolder();
  const storage = new FolderStorage(folder);
  await storage.write("results/a", Buffer.from("a"));
  const [old, fresh] = ["old", "fresh"].map((name) => join(folder, "results", `.twinsift-writing-${name}`));
  for (const path of [old, fresh]) await writeFile(path, "half");
  const twoDaysAgo = Date.now() / 1000 - 2 * DAY_SECONDS;
  await utimes(old, twoDaysAgo, twoDaysAgo);
  const keys: string[] = [];
  for await (const key of storage.list("")) keys.push(key);
  expect(keys).toEqual(["results/a"]);
  await storage.remove(["results/a"]);
  expect(await readdir(join(folder, "results"))).toEqual([".twinsift-writing-fresh"]);
});

test("a folder that is no longer mounted is not made anew on this machine", async () => {
  const folder = join(await temporaryFolder(), "mounted");
  await mkdir(folder);
  const planner = new FolderStorage(folder);
  await planner.write("fleet/plan.json", Buffer.from("{}"));
  const worker = new FolderStorage(folder, "fleet/plan.json");
  await worker.write("fleet/results/a", Buffer.from("a"));
  await rm(join(folder, "fleet"), { recursive: true });
  await expect(worker.write("fleet/results/b", Buffer.from("b"))).rejects.toThrow(WorkerUnfit);
  await rm(folder, { recursive: true });
  await expect(planner.write("fleet/results/b", Buffer.from("b"))).rejects.toThrow(
    /is not mounted here any more: mount it/,
  );
});

test("a folder that may not be written is the machine's fault, and said so", async ({ skip }) => {
  skip(process.platform === "win32" || process.getuid?.() === 0, "everybody may write everywhere here");
  const folder = await temporaryFolder();
  await mkdir(join(folder, "results"), { mode: 0o500 });
  const writing = new FolderStorage(folder).write("results/a", Buffer.from("a"));
  await expect(writing).rejects.toThrow(WorkerUnfit);
  await expect(writing).rejects.toThrow(/this user may not/);
});

test("where another writes the same key first, the second write ends well and the first file stays", async () => {
  const folder = await temporaryFolder();
  const storage = new FolderStorage(folder);
  const writing = Array.from({ length: 20 }, (_, i) => storage.write("results/a", Buffer.from(`content ${i}`)));
  // a hard link to what came first still has its content at the end
  while (!(await storage.has("results/a")));
  await link(join(folder, "results/a"), join(folder, "kept"));
  await Promise.all(writing);
  expect(await readFile(join(folder, "results/a"), "utf8")).toBe(await readFile(join(folder, "kept"), "utf8"));
  expect(await readdir(join(folder, "results"))).toEqual(["a"]);
});
