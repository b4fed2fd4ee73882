import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import type { FastifyInstance } from "fastify";
import { outputPaths } from "#artifacts/output-paths.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import { Progress } from "#base/progress.ts";
import type { Metric } from "#data/metric.ts";
import { PictureReader } from "#images/picture-reader.ts";
import { createServer } from "#server/create-server.ts";
import { pageOf } from "#server/page-of.ts";
import type { ServeSettings, Settings } from "#settings/settings.ts";
import type { SimilarImages } from "#similarity/similar-images.ts";
import { formatNumberOf } from "#terminal/format.ts";
import { showProgress } from "#terminal/progress-display.ts";
import packageJson from "../../package.json" with { type: "json" };
import { readServeFlags, type ServeFlags } from "./serve-flags.ts";
import { serverLog } from "./server-log.ts";
import { untilStopped } from "./until-stopped.ts";

/** What an index is opened for. */
export interface OpenOptions {
  readonly settings: Settings;
  readonly metric: Metric;
  readonly progress: Progress;
}

/**
 * Serves an index until the process is asked to end.
 *
 * @param open opens the index
 * @returns the exit code
 */
export async function runServer(
  args: readonly string[],
  open: (options: OpenOptions) => Promise<SimilarImages>,
): Promise<number> {
  const flags = readServeFlags(args, process.env, packageJson.version);
  if (!flags) return 0;
  const progress = new Progress();
  const display = { quiet: flags.quiet, format: flags.logFormat, stream: process.stderr };
  const stopShowing = showProgress(progress, display);
  try {
    const similar = await open({ settings: flags.settings, metric: flags.metric, progress });
    try {
      await serve(similar, flags);
    } finally {
      await similar.close();
    }
  } finally {
    stopShowing();
  }
  return 0;
}

async function serve(similar: SimilarImages, flags: ServeFlags): Promise<void> {
  const { extract, serve: told } = flags.settings;
  const processes = flags.settings.concurrency ?? availableParallelism();
  const reader = new PictureReader(extract, processes);
  try {
    const app = await createServer(similar, {
      version: packageJson.version,
      limits: told,
      token: told.token ?? undefined,
      cors: told.cors,
      canAdd: told.addTo !== null,
      thumbnail: (path, side) => reader.thumbnail(path, side),
      thumbnailsAtOnce: processes,
      page: pageOf(similar, reportsOf(flags.settings)),
      log: serverLog(flags, process.stderr),
    });
    // its folder for what is received goes with it, also where it cannot listen
    const address = await listen(app, told).catch(async (error) => {
      await app.close();
      throw error;
    });
    process.stdout.write(`twinsift serves ${formatNumberOf(similar.facts.images, "image")} at ${address}\n`);
    await untilStopped(app);
  } finally {
    await reader.close();
  }
}

/** Features of somebody else have none. */
function reportsOf({ features, output }: Settings): string | undefined {
  return features === null ? outputPaths(output).reports : undefined;
}

/** @throws PipelineError `input` where nothing can listen there */
async function listen(app: FastifyInstance, { host, port }: ServeSettings): Promise<string> {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  try {
    await app.listen({ host: bare, port });
  } catch (error) {
    throw cannotListen(error as NodeJS.ErrnoException, host, port);
  }
  const { port: taken } = app.server.address() as AddressInfo;
  return `http://${bare.includes(":") ? `[${bare}]` : bare}:${taken}/`;
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const place = `port ${port} of ${JSON.stringify(host)}`;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Found ${place} in use: end what listens there, or take another with --port (0 takes a free one)`,
    EACCES: `Found ${place} not allowed to this user: take one from 1024 on with --port`,
    EADDRNOTAVAIL: `Found ${JSON.stringify(host)} to be no address of this machine: --host names one, as 127.0.0.1`,
    ENOTFOUND: `Found no machine named ${JSON.stringify(host)}: --host names an address of this one, as 127.0.0.1`,
    EAI_AGAIN: `Found no machine named ${JSON.stringify(host)}: --host names an address of this one, as 127.0.0.1`,
  };
  const reason = reasons[error.code ?? ""];
  return reason === undefined ? error : new PipelineError("input", reason, { cause: error });
}
