import { compareTasks, embedTasks, type Fleet, type MeasuredCosts, secondsAlone } from "./fleet-model.ts";
import { type Simulated, simulate } from "./fleet-simulation.ts";

/** What is to be searched by which machines. */
export interface FleetCase {
  readonly images: number;
  /** Of the embedding costs; vectors are this model's. */
  readonly model: string;
  readonly machines: number;
  readonly kind: MachineKind;
  readonly blockVectors: number;
  /** What differs from the ordinary. */
  readonly fleet?: Partial<Fleet>;
}

/** A sort of machine, with the storage that goes with it. */
export interface MachineKind {
  readonly name: string;
  readonly speed: number;
  readonly rates: { readonly link: number; readonly storage: number };
}

export interface SizedCase extends Omit<FleetCase, "fleet" | "kind"> {
  readonly kind: string;
  readonly vectors: number;
  readonly embedHours: number;
  readonly compareHours: number;
  /** Of the search: what one machine without a fleet would take ÷ machines × time. */
  readonly efficiency: number;
  /** The share of the machines' time in which they compute, also what a machine that searches alone would not. */
  readonly computingShare: number;
  readonly tasks: { readonly embed: number; readonly compare: number };
  readonly bytesRead: number;
  readonly bytesReadPerMachine: number;
  readonly heldBytes: number;
  readonly begunAgain: number;
  readonly doneTwice: number;
  readonly losses: number;
  /** Of the search, in which the planner takes in results. */
  readonly plannerBusyShare: number;
  readonly redisBytes: number;
}

const GIGABIT = 1e9 / 8;
export const MEASURED: MachineKind = {
  name: "2 cores",
  speed: 1,
  rates: { link: GIGABIT, storage: 10 * GIGABIT },
};
/** Nobody has measured this: all work is taken to be 16 times as fast. */
export const ASSUMED: MachineKind = {
  name: "32 cores (assumed)",
  speed: 16,
  rates: { link: 10 * GIGABIT, storage: 100 * GIGABIT },
};
const IMAGES_PER_TASK = 256;
const BYTES_PER_PAIR = 16;
const HOUR = 3600;
const FEW_BLOCKS = 100;
const RUNS = 9;

/** Machines as they are: each is lost and stands still once a day. */
const ORDINARY = {
  ...{ lossesPerHour: 1 / 24, leaseSeconds: 30, backSeconds: 60, pausesPerHour: 1 / 24, pauseSeconds: 90 },
  ...{ spread: 0.1, stragglerShare: 0.01, stragglerFactor: 3, window: 512 },
} as const;

/** Where tasks are few, the last ones hang on chance: the run in the middle of some. */
function medianRun(count: number, run: (number: number) => Simulated): Simulated {
  const runs = Array.from({ length: count }, (_, number) => run(number));
  return runs.toSorted((a, b) => a.seconds - b.seconds)[count >> 1];
}

/** Sizes of fleets, by what was measured. */
export class FleetSizer {
  readonly costs: MeasuredCosts;
  readonly #seed: number;
  readonly #embedded = new Map<string, Simulated>();

  constructor(costs: MeasuredCosts, seed: number) {
    this.costs = costs;
    this.#seed = seed;
  }

  vectors({ images, model }: Pick<FleetCase, "images" | "model">): number {
    return Math.round(images * this.costs.embedding[model].vectorsPerImage);
  }

  /** Embedding, then searching: a run does both at once, so that the sum is an upper bound. */
  size({ kind, fleet = {}, ...wanted }: FleetCase): SizedCase {
    const { machines, blockVectors } = wanted;
    const search = this.costs.search[String(this.costs.embedding[wanted.model].dim)];
    const vectors = this.vectors(wanted);
    const ordinary = this.#fleet({ ...wanted, kind, fleet });
    const embedded = this.#embed({ ...wanted, kind, fleet });
    const pairBytes = blockVectors * blockVectors * search.foundShare * BYTES_PER_PAIR;
    const plannerSeconds = this.#take(pairBytes, ordinary);
    const few = vectors / blockVectors <= FEW_BLOCKS;
    const compared = medianRun(few ? RUNS : 1, (run) => {
      return simulate(compareTasks(vectors, blockVectors, search), {
        ...ordinary,
        seed: this.#seed + run,
        plannerSeconds,
      });
    });
    const sum = (of: (part: Simulated) => number) => of(embedded) + of(compared);
    const mostTasks = Math.min(ordinary.window, Math.max(embedded.tasks, compared.tasks));
    return {
      ...wanted,
      ...{ kind: kind.name, vectors },
      ...{ embedHours: embedded.seconds / HOUR, compareHours: compared.seconds / HOUR },
      efficiency: secondsAlone(vectors, search) / kind.speed / (machines * compared.seconds),
      computingShare: compared.computedSeconds / (machines * compared.seconds),
      tasks: { embed: embedded.tasks, compare: compared.tasks },
      bytesRead: sum(({ bytesRead }) => bytesRead),
      bytesReadPerMachine: sum(({ bytesRead }) => bytesRead) / machines,
      heldBytes: Math.min(vectors, blockVectors) * search.dim * Float32Array.BYTES_PER_ELEMENT,
      begunAgain: sum(({ begunAgain }) => begunAgain),
      doneTwice: sum(({ doneTwice }) => doneTwice),
      losses: sum(({ losses }) => losses),
      plannerBusyShare: compared.plannerBusySeconds / compared.seconds,
      redisBytes: mostTasks * this.costs.queue.bytesPerJob,
    };
  }

  #embed(wanted: Omit<FleetCase, "blockVectors">): Simulated {
    const { images, model, machines, kind, fleet } = wanted;
    const key = JSON.stringify([images, model, machines, kind, fleet]);
    const known = this.#embedded.get(key);
    if (known) return known;
    const embedding = this.costs.embedding[model];
    const ordinary = this.#fleet(wanted);
    const resultBytes = IMAGES_PER_TASK * embedding.vectorsPerImage * embedding.dim * Float32Array.BYTES_PER_ELEMENT;
    const embedded = simulate(embedTasks(images, IMAGES_PER_TASK, embedding), {
      ...ordinary,
      plannerSeconds: this.#take(resultBytes, ordinary),
    });
    this.#embedded.set(key, embedded);
    return embedded;
  }

  #fleet({ machines, kind, fleet }: Pick<FleetCase, "machines" | "kind" | "fleet">): Omit<Fleet, "plannerSeconds"> {
    const { speed, rates } = kind;
    const overheadSeconds = this.costs.queue.secondsPerTask;
    return { ...ORDINARY, machines, speed, rates, overheadSeconds, seed: this.#seed, ...fleet };
  }

  /** The planner takes in a result: it reads it over its own link. */
  #take(resultBytes: number, { rates }: Pick<Fleet, "rates">): number {
    return this.costs.planner.secondsPerTask + resultBytes / rates.link;
  }
}
