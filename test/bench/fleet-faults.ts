import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { readReports } from "../faults/reports.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { FleetProcess, type TaskLine } from "./fleet-processes.ts";
import { countTasks, refuseOtherReports, runAlone } from "./fleet-run.ts";
import { photoSet, setOfFolder, temporaryRun } from "./fleet-sets.ts";

const WORKERS = 4;
const EDITS_OF_EACH = 9;
/** Few pairs: looking at their pictures is not the workers' work, and there is no trouble to make then. */
const THRESHOLD = 0.1;
const KILL_EVERY_SECONDS = 5;
const KILLING_SECONDS = 60;
const REDIS_AFTER_SECONDS = 20;
const BLOCK_AFTER_SECONDS = 10;
const STOP_AFTER_SECONDS = 12;
const STOPPED_SECONDS = 45;
const BLOCK = new URL("fleet-block.mjs", import.meta.url).href;

/** Which worker suffers what: the last one is left in peace. */
const [KILLED, BLOCKED, STOPPED] = [0, 1, 2];

/**
 * npm run bench -- fleet faults [--edits N | --photos DIR] [--threshold N]: four workers on real photos. One is killed every five seconds for a minute, one's event loop
 * stands still for a minute, one is stopped for 45 seconds, and Redis loses all it knows; reports must be those of one machine.
 */
export async function faults(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: { edits: { type: "string" }, photos: { type: "string" }, threshold: { type: "string" } },
  });
  const threshold = Number(values.threshold ?? THRESHOLD);
  const edits = Number(values.edits ?? EDITS_OF_EACH);
  const set = values.photos ? setOfFolder(values.photos, threshold) : await photoSet(false, edits, threshold);
  const alone = await runAlone(set);
  console.error(`${set.name} on one machine: ${alone.seconds.toFixed(1)} s`);
  const { folder, config, remove } = temporaryRun(set);
  const redis = await startRedis();
  const fleet = new TroubledFleet(redis, folder, config);
  try {
    const output = join(folder, "output");
    const start = performance.now();
    const planner = FleetProcess.planner([...set.flags, "--config", config, "--output", output, "--fleet", redis.url]);
    const [, trouble] = await Promise.all([planner.endedWell(), fleet.trouble(() => planner.isRunning)]);
    const reports = await readReports(join(output, "reports"), { sameHistory: true });
    if (!reports) throw new Error(`Expected reports in "${output}"`);
    refuseOtherReports("faults", reports, alone.reports);
    const seconds = (performance.now() - start) / 1000;
    const result = { set: set.name, secondsAlone: alone.seconds, seconds, ...trouble, ...countTasks(fleet.tasks) };
    const { tasks, repeated, outcomes, kills } = result;
    console.error(
      `faults: the same reports after ${seconds.toFixed(1)} s, ${kills} kills; ${tasks} tasks, ${repeated} more than once ${JSON.stringify(outcomes)}`,
    );
    return result;
  } finally {
    await fleet.end();
    await redis.stop();
    remove();
  }
}

class TroubledFleet {
  readonly #redis: RedisServer;
  readonly #folder: string;
  readonly #config: string;
  readonly #workers: FleetProcess[] = [];
  readonly #tasks: TaskLine[][] = [];

  constructor(redis: RedisServer, folder: string, config: string) {
    this.#redis = redis;
    this.#folder = folder;
    this.#config = config;
    for (let i = 0; i < WORKERS; i++) this.#start(i);
  }

  /** Of all workers there ever were. */
  get tasks(): readonly TaskLine[] {
    return this.#tasks.flat();
  }

  /**
   * Makes all the trouble; it must be over before the run is.
   *
   * @throws Error where the run ends while there is trouble to come: nothing would have been shown
   */
  async trouble(isRunning: () => boolean): Promise<{ kills: number }> {
    const [kills] = await Promise.all([this.#kill(isRunning), this.#restartRedis(), this.#block(), this.#stop()]);
    return { kills };
  }

  async end(): Promise<void> {
    for (const worker of this.#workers) worker.signalAll("SIGKILL");
    await Promise.all(this.#workers.map((worker) => worker.ended));
  }

  #start(number: number): void {
    const output = join(this.#folder, `worker-${number}`);
    const flags = ["--config", this.#config];
    const worker = FleetProcess.worker(this.#redis.url, output, flags, { preload: [BLOCK] });
    this.#workers[number] = worker;
    this.#tasks.push(worker.tasks);
  }

  async #kill(isRunning: () => boolean): Promise<number> {
    const kills = KILLING_SECONDS / KILL_EVERY_SECONDS;
    for (let kill = 0; kill < kills; kill++) {
      await pause(KILL_EVERY_SECONDS * 1000);
      if (!isRunning()) throw new Error(`The run ended after ${kill} of ${kills} kills: give more --edits`);
      this.#workers[KILLED].signalAll("SIGKILL");
      await this.#workers[KILLED].ended;
      this.#start(KILLED);
    }
    return kills;
  }

  async #restartRedis(): Promise<void> {
    await pause(REDIS_AFTER_SECONDS * 1000);
    await this.#redis.restart();
  }

  async #block(): Promise<void> {
    await pause(BLOCK_AFTER_SECONDS * 1000);
    this.#workers[BLOCKED].signal("SIGUSR2");
  }

  async #stop(): Promise<void> {
    await pause(STOP_AFTER_SECONDS * 1000);
    this.#workers[STOPPED].signalAll("SIGSTOP");
    await pause(STOPPED_SECONDS * 1000);
    this.#workers[STOPPED].signalAll("SIGCONT");
  }
}
