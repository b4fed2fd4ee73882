import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { reportsOf, startWorker } from "../support/fleet-workers.ts";
import { makeDataSet } from "../support/made-data-set.ts";
import { HAS_REDIS, startRedis } from "../support/redis-server.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { type S3Server, startS3Server } from "../support/s3-server.ts";

const LEASE_SECONDS = 3;

/** A dozen pictures in tasks of three, with a bucket, Redis, and the reports of one machine. */
async function given() {
  const { root, config } = await makeDataSet();
  const settings = JSON.parse(await readFile(config, "utf8"));
  const fleet = { embedImages: 3, blockVectors: 8, leaseSeconds: LEASE_SECONDS };
  await writeFile(config, JSON.stringify({ ...settings, index: { shardRows: 5 }, fleet }));
  const [redis, s3] = await Promise.all([startRedis(), startS3Server()]);
  onTestFinished(async () => {
    await Promise.all([redis.stop(), s3.stop()]);
  });
  await runPipelineCommand(["--config", config, "--output", join(root, "alone")]);
  const flags = ["--config", config, "--fleet", redis.url, "--storage", `s3://${s3.bucket}/here`];
  const env = { ...s3.env, AWS_ENDPOINT_URL: s3.endpoint };
  const run = (output: string, options = {}) =>
    runPipelineCommand([...flags, "--output", join(root, output)], { env, ...options });
  const worker = (name: string) =>
    startWorker(["--config", config, "--fleet", redis.url, "--output", join(root, name)], s3.env);
  return { s3, run, worker, reports: (output: string) => reportsOf(join(root, output)) };
}

async function untilAsked({ requests }: S3Server, what: RegExp): Promise<void> {
  while (!requests.some((request) => what.test(request))) await pause(1);
}

describe.skipIf(!HAS_REDIS)("in a bucket", () => {
  test("pictures and results of tasks go while a run goes on, and a run that was ended finds what it needs", async () => {
    const { s3, run, worker, reports } = await given();
    const { tasks } = worker("worker");
    const ended = await run("together", { interruptWhen: () => tasks.length >= 3 });
    expect(ended.exitCode).toBe(130);
    const again = await run("together");
    expect([again.exitCode, again.stderr]).toEqual([0, expect.any(String)]);
    expect(await reports("together")).toEqual(await reports("alone"));
    const asked = s3.requests.length;
    await run("another");
    const requests = s3.requests.slice(asked);
    const embedded = requests.findIndex((request) => /^PUT .*results\/embed/.test(request));
    const compared = requests.findIndex((request) => /^PUT .*results\/compare/.test(request));
    expect(embedded).toBeGreaterThan(0);
    // several keys are removed with a POST
    expect(requests.slice(embedded, compared).some((request) => request.startsWith("POST"))).toBe(true);
    const images = requests.filter((request) => /^PUT .*\/images\//.test(request));
    expect(images).toHaveLength(requests.filter((request) => /^PUT .*\/tasks\/embed/.test(request)).length);
  });

  test("a worker that stands still while its task is done by another finds no pictures any more, and takes the next task", async () => {
    const { s3, run, worker, reports } = await given();
    const late = worker("late");
    const running = run("together");
    await untilAsked(s3, /^GET .*\/tasks\/embed/);
    late.process.kill("SIGSTOP");
    const other = worker("other");
    const many = await running;
    expect([many.exitCode, many.stderr]).toEqual([0, expect.any(String)]);
    expect(await reports("together")).toEqual(await reports("alone"));
    other.process.kill("SIGTERM");
    await other.ended;
    const before = late.tasks.length;
    late.process.kill("SIGCONT");
    const next = await run("next");
    expect([next.exitCode, next.stderr]).toEqual([0, expect.any(String)]);
    expect(await reports("next")).toEqual(await reports("alone"));
    const outcomes = late.tasks.slice(before).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "done").length).toBeGreaterThan(4);
    expect(outcomes.filter((outcome) => outcome === "given-back")).toEqual([]);
  });
});
