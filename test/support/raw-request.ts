import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export interface RawAnswer {
  /** Of the first answer; 0 where the connection was closed without one. */
  readonly status: number;
  /** All that came. */
  readonly text: string;
  readonly seconds: number;
}

export interface RawOptions {
  /** Between the parts. */
  readonly pauseMs?: number;
  /** Whether this side ends its half of the connection behind the last part. */
  readonly end?: boolean;
  /** The answer is no longer waited for after so long. */
  readonly mostMs?: number;
}

/** Sends bytes over a connection of its own, and gives what comes back: up to the first whole answer, or the connection's end. */
export function rawRequest(
  port: number,
  parts: Iterable<string | Buffer>,
  { pauseMs = 0, end = false, mostMs = 20_000 }: RawOptions = {},
): Promise<RawAnswer> {
  const start = performance.now();
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
      resolve({ status, text, seconds: (performance.now() - start) / 1000 });
    };
    const timer = setTimeout(finish, mostMs);
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => {
      text += chunk;
      if (isWhole(text)) finish();
    });
    // what is sent to a connection that was closed meanwhile is part of the game
    socket.on("error", () => undefined);
    socket.on("close", finish);
    void send(socket, parts, pauseMs).then(() => end && socket.end());
  });
}

async function send(socket: Socket, parts: Iterable<string | Buffer>, pauseMs: number): Promise<void> {
  for (const part of parts) {
    if (socket.destroyed) return;
    if (!socket.write(part)) await drained(socket);
    if (pauseMs > 0) await pause(pauseMs);
  }
}

/** Who refused what is sent might never read it: that is not waited for. */
async function drained(socket: Socket): Promise<void> {
  const given = new AbortController();
  await Promise.race([
    once(socket, "drain", given).catch(() => undefined),
    pause(500, undefined, given).catch(() => undefined),
  ]);
  given.abort();
}

function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const head = text.slice(0, end);
  if (/^HTTP\/1\.1 (204|304)/.test(head)) return true;
  const length = /^content-length: (\d+)/im.exec(head);
  if (length) return text.length - end - 4 >= Number(length[1]);
  return text.endsWith("0\r\n\r\n");
}
