import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { OutputPaths } from "#artifacts/output-paths.ts";
import { closeAll } from "#base/close-all.ts";
import { sha256 } from "#base/fingerprint.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { RunModel } from "#device/run-model.ts";
import { FleetComparer, type FleetSearch } from "#fleet/fleet-comparer.ts";
import { FleetEmbedding } from "#fleet/fleet-embedding.ts";
import type { FleetPlan } from "#fleet/fleet-plan.ts";
import { FleetTasks } from "#fleet/fleet-tasks.ts";
import { connectRedis, type FleetRedis } from "#fleet/queue/redis-connection.ts";
import { type FleetFigures, type FleetTaskQueue, openTaskQueue } from "#fleet/queue/task-queue.ts";
import type { FleetStorage, StorageAddress } from "#fleet/storage/fleet-storage.ts";
import { openStorage, storageAddress } from "#fleet/storage/open-storage.ts";
import { fleetVersions } from "#fleet/versions.ts";
import type { ReaderLimits } from "#images/picture-reader.ts";
import type { BlockComparer } from "#search/block-comparison.ts";
import { memoryLimit } from "#settings/memory-limit.ts";
import type { Settings } from "#settings/settings.ts";
import type { PictureEmbedding } from "#tasks/picture-embedding.ts";
import { formatNumberOf } from "#terminal/format.ts";

/** Tasks on their way at once, beside as many that have ended and wait for one before them. */
const TASKS_AT_ONCE = 256;

const REMOVED_AT_ONCE = 1000;

/** The machines that do the work of a run, as who plans it sees them. */
export class Fleet {
  /** Vectors of a block, at least. */
  readonly blockVectors: number;
  /** Images of a task. */
  readonly imagesTogether: number;
  readonly #redis: FleetRedis;
  readonly #storage: FleetStorage;
  readonly #queue: FleetTaskQueue;
  readonly #tasks: FleetTasks;
  readonly #space: string;
  readonly #tell: (line: string) => void;
  /** Where its files lie on this disk; undefined where they lie in a bucket. */
  readonly #folder: string | undefined;
  /** What lies in the bucket for the next run. */
  readonly #kept = new Set<string>();

  private constructor({ settings, plan, folder, tell, redis, storage, queue }: OpenedFleet) {
    const { blockVectors, embedImages } = settings.fleet;
    [this.blockVectors, this.imagesTogether, this.#tell] = [blockVectors, embedImages, tell];
    [this.#redis, this.#storage, this.#queue, this.#space] = [redis, storage, queue, plan.space];
    this.#folder = plan.storage.kind === "folder" ? folder : undefined;
    this.#tasks = new FleetTasks(queue, storage, plan.space);
  }

  /**
   * @param url of Redis
   * @param tell gets a line for a person where workers come and go
   * @throws PipelineError where Redis or the storage cannot be used
   */
  static async open(url: string, settings: Settings, paths: OutputPaths, tell: (line: string) => void): Promise<Fleet> {
    const { fleet } = settings;
    const address = storageAddress(fleet.storage, fleet);
    const space = spaceOf(address, paths);
    const redis = await connectRedis(url, tell);
    let storage: FleetStorage | undefined;
    try {
      const cache = { folder: paths.fleet, maxBytes: memoryLimit(settings) };
      storage = await openStorage(address, { space, cache, isJoined: false });
      const plan: FleetPlan = {
        run: randomUUID(),
        host: hostname(),
        started: new Date().toISOString(),
        ...{ storage: address, space, versions: fleetVersions(settings) },
      };
      const { tries, leaseSeconds } = fleet;
      const queue = await openTaskQueue({ redis, plan, storage, tries, leaseSeconds, tell });
      return new Fleet({ ...{ settings, plan, tell, redis, storage, queue }, folder: paths.fleet });
    } catch (error) {
      await storage?.close();
      redis.close();
      throw error;
    }
  }

  /** Embeds pictures as `model` sees them. */
  embedding(model: RunModel, limits: ReaderLimits): PictureEmbedding {
    const shared = { tasks: this.#tasks, storage: this.#storage, space: this.#space };
    return new FleetEmbedding({ ...shared, model, limits, atOnce: TASKS_AT_ONCE });
  }

  /** Compares the shards of a search. */
  comparer(search: FleetSearch): BlockComparer {
    const shared = { tasks: this.#tasks, storage: this.#storage, space: this.#space };
    const onKept = (reference: string) => this.#kept.add(reference);
    return new FleetComparer({ ...search, ...shared, atOnce: TASKS_AT_ONCE, onKept });
  }

  /** See `FleetTasks.refuseSetAside`. */
  refuseSetAside(): void {
    this.#tasks.refuseSetAside();
  }

  /**
   * To be called once the index holds what workers found: ends the run for them, and removes what nobody needs any more. Until then a run that was
   * ended goes on from it.
   */
  async finish(): Promise<void> {
    this.#tell(summaryOf(this.#queue.figures()));
    // who comes late is to find no run rather than one without its files
    await this.#queue.close();
    let keys: string[] = [];
    for await (const key of this.#storage.list(this.#space)) {
      if (this.#kept.has(key)) continue;
      if (keys.push(key) < REMOVED_AT_ONCE) continue;
      await this.#storage.remove(keys);
      keys = [];
    }
    await this.#storage.remove(keys);
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  close(): Promise<void> {
    return closeAll(
      () => this.#queue.close(),
      () => this.#storage.close(),
      async () => this.#redis.close(),
    );
  }
}

interface OpenedFleet {
  readonly settings: Settings;
  readonly plan: FleetPlan;
  /** Of this output folder, where a shared folder holds it. */
  readonly folder: string;
  readonly tell: (line: string) => void;
  readonly redis: FleetRedis;
  readonly storage: FleetStorage;
  readonly queue: FleetTaskQueue;
}

/** For a person; nothing is said of what did not happen. */
function summaryOf({ tasks, knownBefore, retried, lost }: FleetFigures): string {
  const parts = [formatNumberOf(tasks, "task")];
  if (knownBefore > 0) parts.push(`${knownBefore} known from before`);
  if (retried > 0) parts.push(`${retried} dealt again`);
  if (lost > 0) parts.push(`${formatNumberOf(lost, "worker")} lost`);
  return `Fleet: ${parts.join(", ")}`;
}

/** In a shared folder beside the index; in a bucket under a name that this output folder always gets. */
function spaceOf(address: StorageAddress, { root, fleet }: OutputPaths): string {
  if (address.kind === "s3") return `${sha256(Buffer.from(`${hostname()}\n${resolve(root)}`)).slice(0, 16)}/`;
  const below = relative(address.root, resolve(fleet));
  if (!below.startsWith("..") && !isAbsolute(below)) return `${below.split(sep).join("/")}/`;
  const advice = `name an output folder in it with --output, or another folder with --storage`;
  throw new PipelineError(
    "settings",
    `Expected the output folder in the shared folder "${address.root}", found "${resolve(root)}": ${advice}`,
  );
}
