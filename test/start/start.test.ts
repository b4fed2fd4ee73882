import { spawn } from "node:child_process";
import { cp, mkdir, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DAY_MS = 24 * 3600 * 1000;

const SOURCES = {
  "package.json": JSON.stringify({ type: "module", imports: { "#*": "./src/*" } }),
  "pipeline/main.ts": `import { greeting, greetingOfThread } from "#words/greeting.ts";
    interface Answer { readonly text: string; readonly argv: readonly string[] }
    if (process.argv[2] === "--fail") throw new Error("as asked");
    if (process.argv[2] === "--fail-in-thread") await greetingOfThread(true);
    const answer: Answer = { text: greeting + (await greetingOfThread(false)), argv: process.argv.slice(1) };
    console.log(JSON.stringify(answer));
    process.exitCode = 3;
`,
  "src/words/greeting.txt": "good evening",
  "src/words/greeting.ts": `import { readFileSync } from "node:fs";
    import { Worker } from "node:worker_threads";
    export const greeting: string = readFileSync(new URL("./greeting.txt", import.meta.url), "utf8");
    export function greetingOfThread(fail: boolean): Promise<string> {
      const entry = new URL("../base/worker-entry.mjs", import.meta.url);
      const module = new URL("./thread.ts", import.meta.url).href;
      const worker = new Worker(entry, { workerData: { module, fail } });
      return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    }
`,
  "src/words/thread.ts": `import { parentPort, workerData } from "node:worker_threads";
    import { greeting } from "#words/greeting.ts";
    const data: { fail: boolean } = workerData;
    if (data.fail) throw new Error("as asked");
    parentPort?.postMessage(", " + greeting);
`,
};

/** A package of its own that starts as this one does. */
async function madeProgram(): Promise<string> {
  const root = await temporaryFolder();
  for (const [path, content] of Object.entries(SOURCES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  await cp(join(ROOT, "src/start"), join(root, "src/start"), { recursive: true });
  await mkdir(join(root, "src/base"));
  await cp(join(ROOT, "src/base/worker-entry.mjs"), join(root, "src/base/worker-entry.mjs"));
  await mkdir(join(root, "node_modules"));
  for (const name of ["esbuild", "tsx"])
    await symlink(join(ROOT, "node_modules", name), join(root, "node_modules", name), "junction");
  return root;
}

async function started(root: string, ...args: string[]) {
  const child = spawn(process.execPath, ["src/start/start.mjs", "pipeline/main.ts", ...args], { cwd: root });
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on("close", resolve)),
  ]);
  return { stdout, stderr, exitCode };
}

/** What a start prints and how it ends, whatever runs the sources. */
function answered(root: string, words: string, ...args: string[]) {
  const argv = [join(root, "pipeline/main.ts"), ...args];
  return { stdout: `${JSON.stringify({ text: words, argv })}\n`, stderr: "", exitCode: 3 };
}

function cacheOf(root: string): string {
  return join(root, "node_modules/.cache/twinsift");
}

test("a program is compiled at its first start, and the next starts need neither esbuild nor tsx", async () => {
  const root = await madeProgram();
  const expected = answered(root, "good evening, good evening", "--flag", "value");
  expect(await started(root, "--flag", "value")).toEqual(expected);
  for (const name of ["esbuild", "tsx"]) await rm(join(root, "node_modules", name));
  expect(await started(root, "--flag", "value")).toEqual(expected);
  expect(await readdir(cacheOf(root))).toHaveLength(1);
});

test("a changed source is what runs next, and the one that it was is found again", async () => {
  const root = await madeProgram();
  const source = join(root, "pipeline/main.ts");
  const [before, after] = [SOURCES["pipeline/main.ts"], SOURCES["pipeline/main.ts"].replace("greeting +", '"Now" +')];
  await started(root);
  const { mtime } = await stat(source);
  await writeFile(source, after.padEnd(before.length, "\n"));
  await utimes(source, mtime, mtime);
  expect(await started(root)).toEqual(answered(root, "Now, good evening"));
  await writeFile(source, before);
  for (const name of ["esbuild", "tsx"]) await rm(join(root, "node_modules", name));
  expect(await started(root)).toEqual(answered(root, "good evening, good evening"));
  expect(await readdir(cacheOf(root))).toHaveLength(2);
});

test("processes that start at the same time for the first time all run, and leave one compiled program", async () => {
  const root = await madeProgram();
  const all = await Promise.all(Array.from({ length: 4 }, () => started(root)));
  expect(all).toEqual(all.map(() => answered(root, "good evening, good evening")));
  expect(await readdir(cacheOf(root))).toHaveLength(1);
});

test("where nothing can be kept the program runs all the same", async () => {
  const root = await madeProgram();
  await writeFile(join(root, "node_modules/.cache"), "no folder, so that not even root can write into it");
  expect(await started(root, "--flag")).toEqual(answered(root, "good evening, good evening", "--flag"));
});

test.each([
  ["--fail", "pipeline/main.ts:3"],
  ["--fail-in-thread", "src/words/thread.ts:4"],
])("an error that ends the compiled program names the TypeScript file and line (%s)", async (flag, place) => {
  const root = await madeProgram();
  const { stderr, exitCode } = await started(root, flag);
  expect(stderr).toContain(`${join(root, place)}:`);
  expect(exitCode).toBe(1);
  expect(await readdir(cacheOf(root))).toHaveLength(1);
});

test("a source that does not compile is told by its name, and nothing of it is kept", async () => {
  const root = await madeProgram();
  await writeFile(join(root, "src/words/thread.ts"), "const = 1;");
  const { stderr, exitCode } = await started(root);
  expect(stderr).toContain("src/words/thread.ts:1");
  expect(exitCode).toBe(1);
  expect(await readdir(cacheOf(root))).toEqual([]);
});

test("of earlier compiled programs those stay that are among the latest four or were in use for two days", async () => {
  const root = await madeProgram();
  const days = { today: 0, yesterday: 1, "3-days": 3, "4-days": 4, "5-days": 5 };
  for (const [name, age] of Object.entries(days)) {
    await mkdir(join(cacheOf(root), name), { recursive: true });
    const used = new Date(Date.now() - age * DAY_MS);
    await utimes(join(cacheOf(root), name), used, used);
  }
  await started(root);
  const kept = await readdir(cacheOf(root));
  expect(kept).toHaveLength(4);
  expect(kept).toEqual(expect.arrayContaining(["today", "yesterday", "3-days"]));
});
