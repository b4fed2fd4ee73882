import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { reportsOf, startWorker } from "../support/fleet-workers.ts";
import { makeDataSet } from "../support/made-data-set.ts";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { HAS_REDIS, startRedis } from "../support/redis-server.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { startS3Server } from "../support/s3-server.ts";

/** Small tasks and small blocks, so that a dozen pictures make many of them. */
const SMALL = { index: { shardRows: 5 }, fleet: { embedImages: 3, blockVectors: 8 } };

async function smallDataSet() {
  const made = await makeDataSet();
  const config = JSON.parse(await readFile(made.config, "utf8"));
  await writeFile(made.config, JSON.stringify({ ...config, ...SMALL }));
  return made;
}

/** How many images the latest run tells to have embedded. */
async function embeddedIn(output: string): Promise<number> {
  const { stages } = JSON.parse(await readFile(join(output, "reports/run.json"), "utf8"));
  return stages.find(({ name }: { name: string }) => name === "extract").items;
}

async function redis() {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  return server;
}

describe.skipIf(!HAS_REDIS)("a run on several workers", () => {
  test("gives the reports of one machine, byte for byte, the first night and the next, with what was removed and added", async () => {
    const { root, images, config } = await smallDataSet();
    const { url } = await redis();
    const workers = [1, 2].map(() => startWorker(["--fleet", url, "--output", join(root, "worker")]));
    const [alone, together] = [join(root, "alone"), join(root, "together")];
    for (const night of [1, 2]) {
      if (night === 2) {
        await rm(join(images, "plain/3.jpg"));
        const png = (seed: number) => drawPicture(seed).png().toBuffer();
        await writeFiles(images, {
          "late/1.png": await png(91),
          "late/2.png": await png(92),
          "late/3.png": await png(51),
        });
      }
      const one = await runPipelineCommand(["--config", config, "--output", alone]);
      const many = await runPipelineCommand(["--config", config, "--output", together, "--fleet", url]);
      expect([one.exitCode, many.exitCode, many.stderr]).toEqual([0, 0, expect.any(String)]);
      expect(await reportsOf(together)).toEqual(await reportsOf(alone));
      expect(await embeddedIn(together)).toBe(await embeddedIn(alone));
    }
    expect(existsSync(join(together, "fleet"))).toBe(false);
    const done = workers.flatMap(({ tasks }) => tasks).filter(({ outcome }) => outcome === "done");
    expect(new Set(done.map(({ kind }) => kind))).toEqual(new Set(["embed", "compare"]));
    expect(done.filter(({ kind }) => kind === "embed").length).toBeGreaterThan(4);
    expect(new Set(done.map(({ name }) => name)).size).toBe(done.length);
  });

  test("shares a bucket where there is no folder, and leaves nothing there but shards for the next run", async () => {
    const { root, config } = await smallDataSet();
    const { url } = await redis();
    const s3 = await startS3Server();
    onTestFinished(() => s3.stop());
    const env = { ...s3.env, AWS_ENDPOINT_URL: s3.endpoint };
    const worker = startWorker(["--fleet", url, "--output", join(root, "worker")], s3.env);
    const [alone, together] = [join(root, "alone"), join(root, "together")];
    await runPipelineCommand(["--config", config, "--output", alone]);
    const flags = ["--fleet", url, "--storage", `s3://${s3.bucket}/some where`];
    const many = await runPipelineCommand(["--config", config, "--output", together, ...flags], { env });
    expect([many.exitCode, many.stderr]).toEqual([0, expect.any(String)]);
    expect(await reportsOf(together)).toEqual(await reportsOf(alone));
    expect(worker.tasks.length).toBeGreaterThan(4);
    const asked = s3.requests.length;
    const again = await runPipelineCommand(["--config", config, "--output", together, ...flags], { env });
    expect(again.exitCode).toBe(0);
    const put = s3.requests.slice(asked).filter((request) => request.startsWith("PUT"));
    expect(put.filter((request) => /shards/.test(request))).toEqual([]);
  });
});

describe.skipIf(!HAS_REDIS)("another run on several workers", () => {
  test("compares features that somebody else made", async () => {
    const { root, config } = await smallDataSet();
    const { url } = await redis();
    startWorker(["--fleet", url, "--output", join(root, "worker")]);
    await runPipelineCommand(["--config", config, "--output", join(root, "made")]);
    const settings = join(root, "features.json");
    await writeFile(settings, JSON.stringify(SMALL));
    const flags = ["--config", settings, "--features", join(root, "made/index"), "--threshold", "0.4"];
    const [alone, together] = [join(root, "alone"), join(root, "together")];
    await runPipelineCommand([...flags, "--output", alone]);
    const many = await runPipelineCommand([...flags, "--output", together, "--fleet", url]);
    expect([many.exitCode, many.stderr]).toEqual([0, expect.any(String)]);
    expect(await reportsOf(together)).toEqual(await reportsOf(alone));
  });

  test("that was ended is taken up where it was, by whoever plans it next", async () => {
    const { root, config } = await smallDataSet();
    const { url } = await redis();
    const worker = startWorker(["--fleet", url, "--output", join(root, "worker")]);
    const together = join(root, "together");
    const flags = ["--config", config, "--output", together, "--fleet", url];
    const ended = await runPipelineCommand(flags, { interruptWhen: () => worker.tasks.length >= 2 });
    expect(ended.exitCode).toBe(130);
    const before = worker.tasks.filter(({ kind }) => kind === "embed").map(({ name }) => name);
    expect(before.length).toBeGreaterThanOrEqual(2);
    const again = await runPipelineCommand(flags);
    expect([again.exitCode, again.stderr]).toEqual([0, expect.any(String)]);
    const done = worker.tasks.filter(({ outcome }) => outcome === "done").map(({ name }) => name);
    expect(new Set(done).size).toBe(done.length);
    await runPipelineCommand(["--config", config, "--output", join(root, "alone")]);
    expect(await reportsOf(together)).toEqual(await reportsOf(join(root, "alone")));
  });

  test("refuses an output that the shared folder does not hold, and a storage that is not there", async () => {
    const { root, images, config } = await smallDataSet();
    const { url } = await redis();
    const run = (storage: string) =>
      runPipelineCommand(["--config", config, "--output", join(root, "out"), "--fleet", url, "--storage", storage]);
    const outside = await run(images);
    expect(outside).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Expected the output folder in") });
    const missing = await run(join(root, "nowhere"));
    expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Found no folder") });
  });
});
