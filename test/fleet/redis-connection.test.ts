import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { redisAddress, shownRedis } from "#fleet/queue/redis-address.ts";
import { connectRedis } from "#fleet/queue/redis-connection.ts";
import { HAS_REDIS, type RedisServerOptions, startRedis } from "../support/redis-server.ts";

const silent = () => undefined;

async function started(options: RedisServerOptions = {}) {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

describe("an address of Redis", () => {
  it("may have a user, a password, a database and TLS", () => {
    expect(redisAddress("rediss://me:p%40ss@cache.example:7000/3")).toEqual({
      host: "cache.example",
      port: 7000,
      database: 3,
      hasTls: true,
      username: "me",
      password: "p@ss",
    });
    expect(redisAddress("redis://host")).toMatchObject({ port: 6379, database: 0, hasTls: false, password: undefined });
    expect(shownRedis(redisAddress("redis://:secret@[::1]:7000/2"))).toBe("[::1]:7000/2");
  });

  it.each([
    "",
    "localhost",
    "http://:secret@host",
    "redis://:secret@host/first",
    "redis://:secret@ho st",
    "redis://:sec%ret@h",
  ])("that is none is refused without a word of its password: %j", (text) => {
    expect(() => redisAddress(text)).toThrow(/^Expected the address of Redis as redis:\/\/HOST:PORT/);
    expect(() => redisAddress(text)).not.toThrow(/secret|sec%ret/);
  });
});

describe("a connection to Redis", () => {
  it.skipIf(!HAS_REDIS)("to a database that is not there is refused, and not made to another one", async () => {
    const { port } = await started();
    await expect(connectRedis(`redis://127.0.0.1:${port}/99`, silent)).rejects.toThrow(
      /^Redis at 127\.0\.0\.1:\d+\/99 has no database of this number: take a smaller number/,
    );
  });

  it("that is refused says where and why", async () => {
    const unused = "redis://:secret@127.0.0.1:1";
    await expect(connectRedis(unused, silent)).rejects.toThrow(
      /^Cannot reach Redis at 127\.0\.0\.1:1 \(connect ECONNREFUSED.*\): is it running/,
    );
    await expect(connectRedis(unused, silent)).rejects.not.toThrow(/secret/);
  });

  it("to what is no Redis ends soon", async () => {
    const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    await expect(connectRedis(`redis://127.0.0.1:${port}`, silent)).rejects.toThrow(/^Cannot reach Redis at/);
  });

  it.skipIf(!HAS_REDIS)("is let in by the right password only, and never shows it", async () => {
    const server = await started({ password: "swordfish" });
    (await connectRedis(server.url, silent)).close();
    for (const wrong of [`redis://:halibut@127.0.0.1:${server.port}`, `redis://127.0.0.1:${server.port}`]) {
      const error = await connectRedis(wrong, silent).catch((reason) => reason);
      expect(error).toMatchObject({ kind: "settings" });
      expect(error.message).toMatch(/^Redis at 127\.0\.0\.1:\d+ did not let us in \((WRONGPASS|NOAUTH)\)/);
      expect(error.message).not.toMatch(/halibut|swordfish/);
    }
  });

  it.skipIf(!HAS_REDIS)("to one that evicts keys is refused", async () => {
    const server = await started({ policy: "allkeys-lru" });
    await expect(connectRedis(server.url, silent)).rejects.toThrow(
      /evicts keys \(maxmemory-policy allkeys-lru\), expected noeviction, as tasks would be lost: set it with/,
    );
  });

  it.skipIf(!HAS_REDIS)("that breaks is told of once, and when it is back", async () => {
    const server = await started();
    const lines: string[] = [];
    const redis = await connectRedis(server.url, (line) => lines.push(line));
    onTestFinished(() => redis.close());
    await server.kill();
    const answer = redis.client.ping();
    await new Promise((resolve) => setTimeout(resolve, 600));
    await server.restart();
    expect(await answer).toBe("PONG");
    expect(lines).toEqual([
      expect.stringMatching(/^Redis at 127\.0\.0\.1:\d+ is away \(.+\): trying again$/),
      expect.stringMatching(/^Redis at 127\.0\.0\.1:\d+ is back$/),
    ]);
  });
});
