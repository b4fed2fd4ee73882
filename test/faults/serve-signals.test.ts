import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { serving } from "../support/serving.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("a request that never ends does not hold its end up for 10 s, and a second signal ends it at once", async () => {
  const [patient, asked] = [0, 1].map(async () => {
    const server = serving(await temporaryFolder(), ["--port", "0"], { answerMs: 60_000 });
    fetch(`${await server.address}similar/a.png`).catch(() => undefined);
    await setTimeout(500);
    return server;
  });
  const [one, two] = [await patient, await asked];
  const start = performance.now();
  one.child.kill("SIGTERM");
  two.child.kill("SIGTERM");
  await setTimeout(500);
  two.child.kill("SIGTERM");
  expect(await two.ended).toEqual({ exitCode: 130, signal: null });
  expect(performance.now() - start).toBeLessThan(3000);
  expect(await one.ended).toEqual({ exitCode: 0, signal: null });
  expect(performance.now() - start).toBeLessThan(10_000);
});
