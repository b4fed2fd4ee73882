import { Redis, type RedisOptions } from "ioredis";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { type RedisAddress, redisAddress, shownRedis } from "#fleet/queue/redis-address.ts";

const REACHED_WITHIN_MS = 5000;
const LONGEST_PAUSE_MS = 2000;
const MINIMUM_VERSION = [6, 2] as const;

/** A connection to a Redis that can be trusted with tasks. */
export interface FleetRedis {
  readonly client: Redis;
  /** HOST:PORT, for messages. */
  readonly address: string;
  close(): void;
}

/**
 * Connects, and checks that no task can get lost there. A Redis that goes away later is waited for, however long.
 *
 * @param tell is told when it goes away and when it is back
 * @throws PipelineError `settings` where it is no address or a wrong password, `input` where Redis cannot be reached within 5 s, evicts keys or
 *   is too old
 */
export async function connectRedis(url: string, tell: (line: string) => void): Promise<FleetRedis> {
  const address = redisAddress(url);
  const shown = shownRedis(address);
  const state = { isOpen: false };
  const client = new Redis(optionsOf(address, state));
  let latest: Error | undefined;
  client.on("error", (error) => {
    latest = error;
  });
  try {
    await within(client.connect(), REACHED_WITHIN_MS);
    // ioredis goes on in database 0 where there is none of this number
    if (address.database !== 0) await within(client.select(address.database), REACHED_WITHIN_MS);
    checkInfo(await within(client.info(), REACHED_WITHIN_MS), shown);
  } catch (error) {
    client.disconnect();
    if (error instanceof PipelineError) throw error;
    throw notReached(latest ?? (error as Error), shown);
  }
  state.isOpen = true;
  tellOfAbsence(client, shown, tell);
  return { client, address: shown, close: () => client.disconnect() };
}

function optionsOf(address: RedisAddress, state: { readonly isOpen: boolean }): RedisOptions {
  return {
    host: address.host,
    port: address.port,
    db: address.database,
    username: address.username,
    password: address.password,
    tls: address.hasTls ? {} : undefined,
    lazyConnect: true,
    connectTimeout: REACHED_WITHIN_MS,
    // commands wait for a Redis that is away, which BullMQ asks for
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (state.isOpen ? Math.min(times * 100, LONGEST_PAUSE_MS) : null),
  };
}

async function within<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function notReached(error: Error, shown: string): PipelineError {
  const reason = reasonOf(error);
  if (/^(WRONGPASS|NOAUTH|ERR AUTH|ERR invalid password)/.test(reason)) {
    const advice =
      "name user and password as redis://USER:PASSWORD@HOST:PORT, in TWINSIFT_FLEET where nobody else is to see them";
    return new PipelineError(
      "settings",
      `Redis at ${shown} did not let us in (${reason.split(/[ ,:]/, 1)[0]}): ${advice}`,
      {
        cause: error,
      },
    );
  }
  if (/DB index is out of range/.test(reason)) {
    const advice = "take a smaller number, or 0";
    return new PipelineError("settings", `Redis at ${shown} has no database of this number: ${advice}`, {
      cause: error,
    });
  }
  const advice = "is it running, and may this machine reach it?";
  return new PipelineError("input", `Cannot reach Redis at ${shown} (${reason}): ${advice}`, { cause: error });
}

/** Where a name has several addresses, Node.js tells of them in an error without a message of its own. */
function reasonOf(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  return messageOf(inner) || (inner as NodeJS.ErrnoException).code || "no reason told";
}

function checkInfo(info: string, shown: string): void {
  const policy = /^maxmemory_policy:(.*?)\r?$/m.exec(info)?.[1];
  if (policy !== undefined && policy !== "noeviction") {
    const advice = "redis-cli config set maxmemory-policy noeviction (in redis.conf too, to keep it)";
    throw new PipelineError(
      "input",
      `Redis at ${shown} evicts keys (maxmemory-policy ${policy}), expected noeviction, as tasks would be lost: set it with ${advice}`,
    );
  }
  const version = /^redis_version:(.*?)\r?$/m.exec(info)?.[1] ?? "an unknown version";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor] = MINIMUM_VERSION;
  // also for what is no number at all
  if (!(major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)))
    throw new PipelineError("input", `Redis at ${shown} is ${version}, expected 6.2 or newer: install a newer one`);
}

function tellOfAbsence(client: Redis, shown: string, tell: (line: string) => void): void {
  let isAway = false;
  let latest: Error | undefined;
  client.on("error", (error) => {
    latest = error;
  });
  client.on("ready", () => {
    if (isAway) tell(`Redis at ${shown} is back`);
    isAway = false;
    latest = undefined;
  });
  // comes after every connection that ended or could not be made, unless we ended it
  client.on("reconnecting", () => {
    if (!isAway)
      tell(`Redis at ${shown} is away (${latest ? reasonOf(latest) : "the connection ended"}): trying again`);
    isAway = true;
  });
}
