import { randomUUID } from "node:crypto";
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
import type { FleetStorage, StorageAddress } from "#fleet/fleet-storage.ts";
import { FleetTasks } from "#fleet/fleet-tasks.ts";
import { openStorage, storageAddress } from "#fleet/open-storage.ts";
import { connectRedis, type FleetRedis } from "#fleet/redis-connection.ts";
import { type FleetFigures, type FleetTaskQueue, openTaskQueue } from "#fleet/task-queue.ts";
import { fleetVersions } from "#fleet/versions.ts";
import type { ReaderLimits } from "#images/picture-reader.ts";
import type { BlockComparer } from "#search/block-comparison.ts";
import { memoryLimit } from "#settings/memory-limit.ts";
import type { Settings } from "#settings/settings.ts";
import type { PictureEmbedding } from "#tasks/picture-embedding.ts";

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
  /** What lies in the bucket for the next run. */
  readonly #kept = new Set<string>();

  private constructor(
    settings: Settings,
    space: string,
    { redis, storage, queue }: { redis: FleetRedis; storage: FleetStorage; queue: FleetTaskQueue },
  ) {
    const { blockVectors, embedImages } = settings.fleet;
    [this.blockVectors, this.imagesTogether, this.#space] = [blockVectors, embedImages, space];
    [this.#redis, this.#storage, this.#queue] = [redis, storage, queue];
    this.#tasks = new FleetTasks(queue, storage, space);
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
      return new Fleet(settings, space, { redis, storage, queue });
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

  figures(): FleetFigures {
    return this.#queue.figures();
  }

  /** Removes what nobody needs any more, once the index holds it; until then a run that was ended goes on from it. */
  async tidy(): Promise<void> {
    let keys: string[] = [];
    for await (const key of this.#storage.list(this.#space)) {
      if (this.#kept.has(key)) continue;
      if (keys.push(key) < REMOVED_AT_ONCE) continue;
      await this.#storage.remove(keys);
      keys = [];
    }
    await this.#storage.remove(keys);
  }

  close(): Promise<void> {
    return closeAll(
      () => this.#queue.close(),
      () => this.#storage.close(),
      async () => this.#redis.close(),
    );
  }
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
