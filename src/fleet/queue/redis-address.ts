import { PipelineError } from "#base/pipeline-error.ts";

/** Where Redis is, and how it lets us in. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly hasTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const DEFAULT_PORT = 6379;
const EXPECTED = "Expected the address of Redis as redis://HOST:PORT/DATABASE, or rediss:// for TLS";

/**
 * @param text as redis://user:password@host:6379/0; the schemes are those of the Internet Assigned Numbers Authority,
 *   https://www.iana.org/assignments/uri-schemes/prov/redis
 * @throws PipelineError `settings` where it is no such address; the message never holds a password
 */
export function redisAddress(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // what cannot be parsed may hold a password anywhere
  if (!url) {
    const advice = "in a password, write # as %23, / as %2F, ? as %3F, @ as %40 and % as %25";
    throw new PipelineError("settings", `${EXPECTED}, found something else: ${advice}`);
  }
  if (url.protocol !== "redis:" && url.protocol !== "rediss:")
    throw new PipelineError("settings", `${EXPECTED}, found one that begins with ${JSON.stringify(url.protocol)}`);
  const database = url.pathname.replace(/^\//, "");
  if (!/^\d*$/.test(database))
    throw new PipelineError("settings", `${EXPECTED}, found ${JSON.stringify(url.pathname)} in place of /DATABASE`);
  return {
    // an address of IPv6 stands in brackets, which a socket does not take
    host: url.hostname.replace(/^\[(.*)\]$/, "$1") || "localhost",
    port: url.port === "" ? DEFAULT_PORT : Number(url.port),
    database: Number(database),
    hasTls: url.protocol === "rediss:",
    username: url.username === "" ? undefined : decoded(url.username),
    password: url.password === "" ? undefined : decoded(url.password),
  };
}

/** HOST:PORT, and the database where it is not the first: what messages may show. */
export function shownRedis({ host, port, database }: RedisAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}${database === 0 ? "" : `/${database}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new PipelineError(
      "settings",
      `${EXPECTED}, found a "%" in the name or password that begins no code: write %25`,
    );
  }
}
