import { readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { readServeFlags } from "../../src/commands/serve-flags.ts";
import { serverLog } from "../../src/commands/server-log.ts";
import { serving } from "../support/serving.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const TOKEN = "0123456789abcdef";

const flagsOf = (args: string[], env: Record<string, string> = {}) => readServeFlags(args, env, "1.2.3");

test("it says in one line what it serves and where, and ends with 0 when it is asked to", async () => {
  const root = await temporaryFolder();
  const env = { TMPDIR: await temporaryFolder() };
  const server = serving(root, ["--port", "0"], { env });
  const address = await server.address;
  expect(server.said.stdout).toMatch(/^twinsift serves 3 images at http:\/\/127\.0\.0\.1:\d+\/\n$/);
  expect(await (await fetch(`${address}similar/b/c.png?limit=1`)).json()).toMatchObject({
    similarImages: [{ objectId: "b/c.png", distance: 0 }],
  });
  server.child.kill("SIGTERM");
  expect(await server.ended).toEqual({ exitCode: 0, signal: null });
  expect(server.said.stderr).toBe("");
  const left = (await readdir(env.TMPDIR)).filter((name) => name.startsWith("twinsift-received-"));
  expect(left).toEqual([]);
});

test("what was begun when it is asked to end is answered, and nobody new is let in", async () => {
  const server = serving(await temporaryFolder(), ["--port", "0"], { answerMs: 1500 });
  const address = await server.address;
  const begun = fetch(`${address}similar/a.png`);
  await setTimeout(500);
  const start = performance.now();
  server.child.kill("SIGINT");
  await setTimeout(200);
  await expect(fetch(`${address}healthz`, { headers: { connection: "close" } })).rejects.toThrow();
  expect(await (await begun).json()).toMatchObject({ queryObjectId: "a.png" });
  expect(await server.ended).toEqual({ exitCode: 0, signal: null });
  expect(performance.now() - start).toBeLessThan(4000);
});

test("a port that is in use and a host that is none of this machine's end it with 1 and what to do", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => {
    other.close();
  });
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  const inUse = serving(await temporaryFolder(), ["--port", String(port)]);
  expect((await inUse.ended).exitCode).toBe(1);
  expect(inUse.said).toEqual({
    stdout: "",
    stderr: `twinsift: Found port ${port} of "127.0.0.1" in use: end what listens there, or take another with --port (0 takes a free one)\n`,
  });
  const elsewhere = serving(await temporaryFolder(), ["--host", "192.0.2.1", "--token", TOKEN, "--port", "0"]);
  expect((await elsewhere.ended).exitCode).toBe(1);
  expect(elsewhere.said.stderr).toContain('Found "192.0.2.1" to be no address of this machine');
});

test("a host that others can reach wants a token", () => {
  for (const host of ["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.example.org"]) {
    expect(() => flagsOf(["--host", host])).toThrow("which others can reach: name one in TWINSIFT_TOKEN");
    expect(flagsOf(["--host", host, "--token", TOKEN])?.settings.serve).toMatchObject({ host, token: TOKEN });
  }
  for (const host of ["127.0.0.1", "localhost", "::1", "[::1]"])
    expect(flagsOf(["--host", host])?.settings.serve).toMatchObject({ host, token: null });
  expect(() => flagsOf(["--host", "0.0.0.0", "--token", "short"])).toThrow("at least 16 characters");
  expect(() => flagsOf(["--host", "0.0.0.0"], { TWINSIFT_TOKEN: "short" })).toThrow("at least 16 characters");
});

test("flags beat the environment, which beats the config file, which beats the defaults", async () => {
  const config = join(await temporaryFolder(), "twinsift.json");
  await writeFile(config, JSON.stringify({ serve: { token: `${TOKEN}config`, port: 81, addTo: "new" } }));
  const args = ["--config", config];
  expect(flagsOf(args)?.settings.serve).toMatchObject({
    ...{ token: `${TOKEN}config`, port: 81, addTo: join(config, "../new"), maxConcurrent: 32 },
  });
  expect(flagsOf(args, { TWINSIFT_TOKEN: `${TOKEN}env` })?.settings.serve.token).toBe(`${TOKEN}env`);
  const flags = [...args, "--token", `${TOKEN}flag`, "--port", "0", "--add-to", "x"];
  const { serve } = flagsOf(flags, { TWINSIFT_TOKEN: `${TOKEN}env` })?.settings ?? {};
  expect(serve).toMatchObject({ token: `${TOKEN}flag`, port: 0, addTo: "x" });
});

test("wrong flags and wrong values of the config are refused", async () => {
  expect(() => flagsOf(["--prot", "1"])).toThrow("--prot");
  for (const port of ["-1", "65536", "x", "1.5", ""]) expect(() => flagsOf(["--port", port])).toThrow("65535");
  expect(() => flagsOf(["--metric", "l1"])).toThrow("l2, cosine");
  const config = join(await temporaryFolder(), "twinsift.json");
  for (const serve of [
    { token: "short" },
    { cors: ["example.org"] },
    { cors: "all" },
    { maxConcurrent: 0 },
    { ports: 1 },
    { port: 70_000 },
  ]) {
    await writeFile(config, JSON.stringify({ serve }));
    expect(() => flagsOf(["--config", config])).toThrow(/Cannot use/);
  }
  await writeFile(config, JSON.stringify({ serve: { cors: ["https://a.example", "http://localhost:3000"] } }));
  expect(flagsOf(["--config", config])?.settings.serve.cors).toHaveLength(2);
});

test("requests are told of only where that is wanted, in a line that moves no cursor", () => {
  const lines: string[] = [];
  const stream = { write: (line: string) => lines.push(line) } as never;
  const request = { method: "GET", url: "/similar/\u001b[2J%0a", status: 200, seconds: 0.0123 };
  serverLog({ verbose: false, logFormat: "text" }, stream).answered(request);
  expect(lines).toEqual([]);
  serverLog({ verbose: true, logFormat: "text" }, stream).answered(request);
  expect(lines.pop()).toMatch(/^\S+Z GET "\/similar\/\\u001b\[2J%0a" 200 12\.3 ms\n$/);
  serverLog({ verbose: false, logFormat: "json" }, stream).answered(request);
  expect(JSON.parse(String(lines.pop()))).toMatchObject({ event: "request", ...request });
  serverLog({ verbose: false, logFormat: "text" }, stream).failed("/", new Error("why"));
  expect(lines.pop()).toContain("why");
});
