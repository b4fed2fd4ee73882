import { parseArgs } from "node:util";
import { Figures } from "./extract-figures.ts";
import type { FleetProcessOptions } from "./fleet-processes.ts";
import { type FleetRun, refuseOtherReports, runAlone, runFleet } from "./fleet-run.ts";
import { type FleetSet, photoSet, vectorSet } from "./fleet-sets.ts";

const ROUNDS = 5;
const QUICK_ROUNDS = 2;
const QUICK_VECTORS = 60_000;
const EDITS_OF_EACH = 3;
/** Few pairs: looking at their pictures is not the workers' work. */
const THRESHOLD = 0.2;
const MOST_OVERHEAD = 1.15;
const LEAST_SCALING = 1.7;

/** Two ways to do the same work. */
interface Comparison {
  readonly name: string;
  /** Vectors that are searched, where it is not `quick`. */
  readonly vectors: number;
  /** The ratio is the seconds of the first over those of the second. */
  readonly ways: Readonly<Record<string, (set: FleetSet) => Promise<FleetRun>>>;
  readonly isEnough: (ratio: number) => boolean;
  readonly must: string;
}

const bound = (processors: readonly number[]): FleetProcessOptions[] => processors.map((processor) => ({ processor }));

const OVERHEAD: Comparison = {
  name: "overhead",
  vectors: 200_000,
  ways: { "1 worker": (set) => runFleet(set, [{}]), "in process": (set) => runAlone(set) },
  isEnough: (ratio) => ratio <= MOST_OVERHEAD,
  must: `≤ ${MOST_OVERHEAD}`,
};
const SCALING: Comparison = {
  name: "scaling",
  // the planner's own work grows with the vectors, and what is shared with their square: fewer are not worth a second machine
  vectors: 400_000,
  ways: {
    "1 worker on 1 core": (set) => runFleet(set, bound([0])),
    "2 workers on 2": (set) => runFleet(set, bound([0, 1])),
  },
  isEnough: (ratio) => ratio >= LEAST_SCALING,
  must: `≥ ${LEAST_SCALING}`,
};

/** The same with a planner that has no core of its own beside the one worker either. */
const CORES: Comparison = {
  ...SCALING,
  name: "cores",
  ways: {
    "all on 1 core": (set) => runFleet(set, bound([0]), { processor: 0 }),
    "2 workers on 2": SCALING.ways["2 workers on 2"],
  },
};

/** npm run bench -- fleet overhead [--rounds N] [--quick] [photos|vectors …]: one worker through Redis beside the run alone. */
export const overhead = (args: readonly string[]) => compare(OVERHEAD, args);
/** npm run bench -- fleet scaling …: two workers on two cores beside one on one. */
export const scaling = (args: readonly string[]) => compare(SCALING, args);
/** npm run bench -- fleet cores …: the same, planner and all on one core. */
export const cores = (args: readonly string[]) => compare(CORES, args);

async function compare(comparison: Comparison, args: readonly string[]): Promise<unknown> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false }, rounds: { type: "string" } },
  });
  const { quick } = values;
  const rounds = Number(values.rounds ?? (quick ? QUICK_ROUNDS : ROUNDS));
  const sets: Readonly<Record<string, () => Promise<FleetSet>>> = {
    photos: () => photoSet(quick, EDITS_OF_EACH, THRESHOLD),
    vectors: async () => vectorSet(quick ? QUICK_VECTORS : comparison.vectors),
  };
  const names = positionals.length > 0 ? positionals : Object.keys(sets);
  const results: Record<string, unknown> = {};
  for (const name of names) results[name] = await compareOn(comparison, await sets[name](), rounds);
  return results;
}

/** Ways take turns, the first one first in every other round; all of them must bring the same reports. */
async function compareOn({ name, ways, isEnough, must }: Comparison, set: FleetSet, rounds: number): Promise<unknown> {
  const figures = new Figures();
  const [first, second] = Object.keys(ways);
  const expected = await runAlone(set);
  for (let round = 0; round < rounds; round++) {
    figures.begin();
    for (const way of round % 2 === 0 ? [first, second] : [second, first]) {
      const run = await ways[way](set);
      refuseOtherReports(`${set.name}, ${way}`, run.reports, expected.reports);
      figures.add(way, run.seconds);
      figures.add(`${way}, searched`, run.searchedSeconds);
      const { tasks, repeated, outcomes } = run.tasks;
      console.error(
        `${set.name}, ${way}: ${run.seconds.toFixed(2)} s, searched after ${run.searchedSeconds.toFixed(2)} s; ${tasks} tasks, ${repeated} more than once ${JSON.stringify(outcomes)}`,
      );
    }
  }
  const ratio = (suffix: string) => figures.median((value) => value(first + suffix) / value(second + suffix));
  const [whole, searched] = [ratio(""), ratio(", searched")];
  const verdict = (value: number) => `${value.toFixed(2)} (${isEnough(value) ? "reached" : "MISSED"})`;
  const ofEach = figures.rounds.map((values) => (values[first] / values[second]).toFixed(2)).join(", ");
  console.error(
    `${name}, ${set.name}, must ${must}: the whole run ${verdict(whole)}, rounds ${ofEach}; until all pairs are found, which workers share, ${verdict(searched)}`,
  );
  return { set: set.name, whole, untilSearched: searched, rounds: figures.rounds };
}
