import type { Fleet, SearchCosts, SimulatedTask } from "./fleet-model.ts";
import { compareTasks } from "./fleet-model.ts";
import { type Simulated, simulate } from "./fleet-simulation.ts";

// What a simulation must fulfil to be believed; asked before each.

const COSTS: SearchCosts = {
  ...{ dim: 64, threshold: 0.6, width: 64, secondsPerPair: 1e-9, sketchSecondsPerRow: 1e-6, fitSeconds: 0.1 },
  foundShare: 1e-6,
};
const STEADY: Fleet = {
  ...{ machines: 1, speed: 1, rates: { link: 1e8, storage: 3e8 } },
  ...{ lossesPerHour: 0, leaseSeconds: 30, backSeconds: 5, pausesPerHour: 0, pauseSeconds: 60 },
  ...{
    spread: 0,
    stragglerShare: 0,
    stragglerFactor: 1,
    window: 64,
    plannerSeconds: 0.01,
    overheadSeconds: 0.02,
    seed: 1,
  },
};
const HARSH = { lossesPerHour: 60, pausesPerHour: 60, spread: 0.3, stragglerShare: 0.05, stragglerFactor: 5 };
const ROWS = 1_000_000;
const BLOCK_ROWS = 50_000;

/** @throws Error where the simulation breaks a claim */
export function refuseWrongSimulation(): void {
  const tasks = [...compareTasks(ROWS, BLOCK_ROWS, COSTS)];
  const run = (fleet: Partial<Fleet>) => simulate(tasks, { ...STEADY, ...fleet });
  const one = run({});
  const work = tasks.reduce((sum, { seconds }) => sum + seconds, 0);
  claim("all pairs are compared once", equal(pairsOf(tasks), (ROWS * (ROWS - 1)) / 2));
  claim("one machine without failures takes exactly the sum", equal(one.seconds, sumOf(tasks, STEADY)));
  for (const machines of [2, 3, 10, 100]) {
    const many = run({ machines });
    claim(
      `${machines} machines are not faster than 1 / ${machines}`,
      many.seconds >= (one.seconds / machines) * (1 - 1e-9),
    );
    claim(`${machines} machines are not slower than one`, many.seconds <= one.seconds * (1 + 1e-9));
    claim(`${machines} machines read no less than one`, many.bytesRead >= one.bytesRead);
    const harsh = run({ machines, ...HARSH });
    claim(`work is conserved on ${machines} machines that fail`, equal(harsh.workSeconds, work));
    claim(`${machines} machines that fail begin tasks again`, harsh.begunAgain > 0 && harsh.losses > 0);
    claim("the same seed brings the same", isSame(harsh, run({ machines, ...HARSH })));
  }
  const behindStorage = run({ machines: 100, rates: { link: 1e8, storage: 1e8 } });
  claim("a storage gives no more than it has", behindStorage.seconds >= behindStorage.bytesRead / 1e8);
  const slowPlanner = run({ machines: 100, plannerSeconds: 1 });
  claim("a planner takes in one result after the other", slowPlanner.seconds >= tasks.length);
}

/** What one machine needs for tasks in their order, by sum. */
function sumOf(tasks: readonly SimulatedTask[], { rates, overheadSeconds, plannerSeconds }: Fleet): number {
  const rate = Math.min(rates.link, rates.storage);
  let held: number | undefined;
  let seconds = plannerSeconds;
  for (const task of tasks) {
    const fetched = task.held && task.held.block !== held ? task.held : { bytes: 0, seconds: 0 };
    held = task.held?.block;
    const bytes = task.bytes + fetched.bytes;
    const computing = overheadSeconds + Math.min(bytes, task.firstBytes) / rate + task.seconds + fetched.seconds;
    seconds += Math.max(bytes / rate, computing) + task.resultBytes / rate;
  }
  return seconds;
}

function pairsOf(tasks: readonly SimulatedTask[]): number {
  return tasks.reduce((sum, { resultBytes }) => sum + resultBytes / 16 / COSTS.foundShare, 0);
}

const equal = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(a, b);
const isSame = (a: Simulated, b: Simulated) => JSON.stringify(a) === JSON.stringify(b);

function claim(what: string, isTrue: boolean): void {
  if (!isTrue) throw new Error(`The simulation is wrong: expected that ${what}`);
}
