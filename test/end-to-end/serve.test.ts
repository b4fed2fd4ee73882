import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const IDS = [
  "a.png",
  "a copy.png",
  "b/=cmd().png",
  "b/ü 100%.png",
  "c/<script>.png",
  "007.png",
  "1e5.png",
  "line\nend.png",
];

interface Answer {
  readonly similarImages: readonly { readonly objectId: string; readonly distance: number }[];
}

/** `npm run serve` on what a run has made of a few pictures. */
async function served() {
  const root = await temporaryFolder();
  const [images, output] = [join(root, "images"), join(root, "output")];
  for (const [seed, id] of IDS.entries()) {
    // the second is a copy of the first
    const picture = await drawPicture(seed === 1 ? 0 : seed, { width: 160, height: 120 })
      .png({ compressionLevel: seed })
      .toBuffer();
    await writeFiles(images, { [id]: picture });
  }
  const run = () => runPipelineCommand(["--images", images, "--output", output, "--views", "none", "--quiet"]);
  expect(await run()).toMatchObject({ exitCode: 0 });
  const flags = ["--output", output, "--port", "0", "--add-to", images];
  const child = spawn(process.execPath, ["src/start/start.mjs", "src/commands/serve.ts", ...flags], { cwd: ROOT });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const line = await new Promise<string>((resolve) => child.stdout.once("data", (chunk) => resolve(String(chunk))));
  return { images, run, child, ended, base: String(/http:\S+/.exec(line)) };
}

const partOf = (id: string) => id.split("/").map(encodeURIComponent).join("/");

test("a server on the index of a run answers for every image, shows the page, takes images in, and goes over to the next run under load", async () => {
  const { images, run, child, ended, base } = await served();
  const ask = async (path: string, init?: RequestInit) => {
    const answer = await fetch(base + path, init);
    return { status: answer.status, body: (await answer.json()) as Answer & { objectId: string; isNew: boolean } };
  };
  for (const id of IDS) {
    const { body } = await ask(`similar/${partOf(id)}`);
    expect(body.similarImages).toHaveLength(IDS.length);
    expect(body.similarImages.find(({ objectId }) => objectId === id)?.distance).toBe(0);
    const file = await fetch(`${base}images/${partOf(id)}`);
    expect(Buffer.from(await file.arrayBuffer()).equals(await readFile(join(images, id)))).toBe(true);
  }
  const copy = await ask("similar/a.png?limit=2");
  expect(copy.body.similarImages.map(({ objectId }) => objectId)).toEqual(["a copy.png", "a.png"]);
  expect(await (await fetch(base)).text()).toContain("a copy.png");

  const fresh = await drawPicture(77, { width: 160, height: 120 }).png().toBuffer();
  const post = () => ask("images?name=new.png", { method: "POST", body: fresh });
  const added = await Promise.all([post(), post()]);
  expect(added.map(({ status }) => status).sort()).toEqual([200, 201]);
  expect(new Set(added.map(({ body }) => body.objectId))).toEqual(new Set(["new.png"]));
  expect((await ask("similar/new.png?limit=1")).body.similarImages).toEqual([{ objectId: "new.png", distance: 0 }]);

  const { generation } = (await (await fetch(`${base}healthz`)).json()) as { generation: string };
  let isOver = false;
  const statuses = new Set<number>();
  const clients = Array.from({ length: 4 }, async () => {
    while (!isOver) statuses.add((await ask("similar/b/%3Dcmd().png?limit=3")).status);
  });
  await writeFile(join(images, "z.png"), await drawPicture(78).png().toBuffer());
  expect(await run()).toMatchObject({ exitCode: 0 });
  const goesOver = async () => {
    const now = (await (await fetch(`${base}healthz`)).json()) as { generation: string; images: number };
    expect(now.generation).not.toBe(generation);
    expect(now.images).toBe(IDS.length + 2);
  };
  await expect
    .poll(
      async () =>
        goesOver().then(
          () => true,
          () => false,
        ),
      { timeout: 20_000 },
    )
    .toBe(true);
  isOver = true;
  await Promise.all(clients);
  expect(statuses).toEqual(new Set([200]));
  expect((await ask("similar/z.png?limit=1")).body.similarImages[0].objectId).toBe("z.png");
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});
