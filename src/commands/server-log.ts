import type { ServerLog } from "#server/server-options.ts";
import { describeError } from "#terminal/end-process.ts";
import { writeLogLine } from "#terminal/log-line.ts";
import { quotedName } from "#terminal/quoted-name.ts";
import type { ServeFlags } from "./serve-flags.ts";

/** Lines of what a server does: of each request where that is wanted, and of what went wrong always. */
export function serverLog(
  { verbose, logFormat }: Pick<ServeFlags, "verbose" | "logFormat">,
  stream: NodeJS.WritableStream,
): ServerLog {
  if (logFormat === "json") {
    return {
      answered: (request) => writeLogLine(stream, { event: "request", ...request }),
      failed: (url, error) => writeLogLine(stream, { event: "error", url, message: describeError(error) }),
    };
  }
  return {
    answered: ({ method, url, status, seconds }) => {
      if (!verbose) return;
      const milliseconds = (1000 * seconds).toFixed(1);
      stream.write(`${new Date().toISOString()} ${method} ${quotedName(url)} ${status} ${milliseconds} ms\n`);
    },
    failed: (url, error) => stream.write(`${new Date().toISOString()} ${quotedName(url)}: ${describeError(error)}\n`),
  };
}
