import { SeededRandom } from "#base/seeded-random.ts";
import { EventHeap } from "./fleet-event-heap.ts";
import {
  type DealtTask,
  newMachine,
  type SimulatedMachine,
  SimulatedPlanner,
  type TransferOwner,
} from "./fleet-machine.ts";
import type { Fleet, SimulatedTask } from "./fleet-model.ts";
import { SharedRate } from "./fleet-shared-rate.ts";

/** What a fleet was like, from the first task to the last result that the planner has taken in. */
export interface Simulated {
  readonly tasks: number;
  readonly seconds: number;
  /** The work of all tasks, each once, on a machine of this speed. */
  readonly workSeconds: number;
  /** What machines computed in all, also in vain. */
  readonly computedSeconds: number;
  readonly bytesRead: number;
  readonly mostBytesRead: number;
  /** Tasks that were begun more than once. */
  readonly begunAgain: number;
  /** Results that were there already when they were to be written. */
  readonly doneTwice: number;
  readonly losses: number;
  readonly plannerBusySeconds: number;
}

type Event =
  | { readonly kind: "computed"; readonly machine: SimulatedMachine; readonly turn: number }
  | { readonly kind: "lost" | "back" | "paused"; readonly machine: SimulatedMachine }
  | { readonly kind: "lapsed"; readonly dealt: DealtTask };

const HOUR = 3600;

/**
 * Machines that take tasks in their order, one at a time. Within a task reading and computing overlap, after the first shard; nothing is
 * read ahead for the next one. Deterministic for a seed.
 */
export function simulate(tasks: Iterable<SimulatedTask>, fleet: Fleet): Simulated {
  return new Simulation(tasks, fleet).run();
}

class Simulation {
  readonly #fleet: Fleet;
  readonly #random: SeededRandom;
  readonly #events = new EventHeap<Event>();
  readonly #storage: SharedRate<TransferOwner>;
  readonly #planner: SimulatedPlanner;
  readonly #machines: SimulatedMachine[];
  readonly #idle: SimulatedMachine[];
  #now = 0;
  #begunAgain = 0;
  #doneTwice = 0;
  #losses = 0;

  constructor(tasks: Iterable<SimulatedTask>, fleet: Fleet) {
    this.#fleet = fleet;
    this.#random = new SeededRandom(fleet.seed);
    this.#storage = new SharedRate(fleet.rates);
    this.#planner = new SimulatedPlanner(tasks, fleet.window, fleet.plannerSeconds);
    this.#machines = Array.from({ length: fleet.machines }, newMachine);
    this.#idle = [...this.#machines];
    for (const machine of this.#machines) {
      this.#expect("lost", machine);
      this.#expect("paused", machine);
    }
  }

  run(): Simulated {
    this.#deal();
    while (!this.#planner.isThrough) this.#step();
    const sum = (of: (machine: SimulatedMachine) => number) => this.#machines.reduce((all, one) => all + of(one), 0);
    return {
      tasks: this.#planner.planned,
      seconds: this.#now,
      workSeconds: this.#planner.workSeconds / this.#fleet.speed,
      computedSeconds: sum(({ computedSeconds }) => computedSeconds),
      bytesRead: sum(({ bytesRead }) => bytesRead),
      mostBytesRead: this.#machines.reduce((most, { bytesRead }) => Math.max(most, bytesRead), 0),
      begunAgain: this.#begunAgain,
      doneTwice: this.#doneTwice,
      losses: this.#losses,
      plannerBusySeconds: this.#planner.busySeconds,
    };
  }

  #step(): void {
    this.#now = Math.min(this.#storage.next, this.#planner.next, this.#events.next);
    if (this.#storage.next <= this.#now) {
      const { machine, isResult } = this.#storage.end(this.#now);
      machine.transfer = undefined;
      if (isResult) this.#finish(machine);
      else if (machine.isComputed) this.#write(machine);
    } else if (this.#planner.next <= this.#now) {
      this.#planner.merge();
      this.#deal();
    } else {
      this.#handle(this.#events.take());
    }
  }

  #handle(event: Event): void {
    if (event.kind === "lapsed") {
      this.#planner.dealAgain(event.dealt);
      this.#deal();
    } else if (event.kind === "computed") {
      this.#computed(event.machine, event.turn);
    } else if (event.kind === "lost") {
      this.#lose(event.machine);
    } else if (event.kind === "paused") {
      this.#pause(event.machine);
    } else {
      event.machine.isAway = false;
      this.#expect("lost", event.machine);
      this.#idle.push(event.machine);
      this.#deal();
    }
  }

  #deal(): void {
    while (this.#planner.hasTask && this.#idle.length > 0) {
      this.#begin(this.#idle.shift() as SimulatedMachine, this.#planner.take());
    }
  }

  #begin(machine: SimulatedMachine, dealt: DealtTask): void {
    const { task } = dealt;
    const { overheadSeconds, speed } = this.#fleet;
    machine.dealt = dealt;
    machine.turn++;
    machine.isKnown = dealt.isDone;
    machine.isComputed = false;
    const fetched = task.held !== undefined && task.held.block !== machine.heldBlock ? task.held : undefined;
    const bytes = dealt.isDone ? 0 : task.bytes + (fetched?.bytes ?? 0);
    const first = Math.min(task.firstBytes, bytes) / this.#storage.rateOfNext;
    const work = dealt.isDone ? 0 : ((task.seconds + (fetched?.seconds ?? 0)) / speed) * this.#slowness();
    if (!dealt.isDone) {
      if (++dealt.begun === 2) this.#begunAgain++;
      machine.heldBlock = task.held?.block;
    }
    machine.bytesRead += bytes;
    machine.computedSeconds += work;
    if (bytes > 0) machine.transfer = this.#storage.begin(this.#now, bytes, { machine, isResult: false });
    this.#events.add(this.#now + overheadSeconds + first + work, { kind: "computed", machine, turn: machine.turn });
  }

  #computed(machine: SimulatedMachine, turn: number): void {
    if (turn !== machine.turn) return;
    if (machine.pausedUntil > this.#now) {
      this.#events.add(machine.pausedUntil, { kind: "computed", machine, turn });
      return;
    }
    machine.isComputed = true;
    if (machine.transfer === undefined) this.#write(machine);
  }

  #write(machine: SimulatedMachine): void {
    const { task } = machine.dealt as DealtTask;
    if (machine.isKnown || task.resultBytes === 0) this.#finish(machine);
    else machine.transfer = this.#storage.begin(this.#now, task.resultBytes, { machine, isResult: true });
  }

  #finish(machine: SimulatedMachine): void {
    const dealt = machine.dealt as DealtTask;
    machine.dealt = undefined;
    if (!dealt.isDone) {
      dealt.isDone = true;
      this.#planner.receive(this.#now, dealt.task);
    } else if (!machine.isKnown) {
      this.#doneTwice++;
    }
    this.#idle.push(machine);
    this.#deal();
  }

  #lose(machine: SimulatedMachine): void {
    this.#losses++;
    const { dealt, transfer } = machine;
    if (transfer) this.#storage.cancel(this.#now, transfer);
    if (dealt) this.#lapse(dealt);
    else this.#idle.splice(this.#idle.indexOf(machine), 1);
    Object.assign(machine, { dealt: undefined, transfer: undefined, heldBlock: undefined, isAway: true });
    machine.turn++;
    this.#events.add(this.#now + this.#fleet.backSeconds, { kind: "back", machine });
  }

  #pause(machine: SimulatedMachine): void {
    const { pauseSeconds, leaseSeconds } = this.#fleet;
    this.#expect("paused", machine);
    if (machine.isAway) return;
    machine.pausedUntil = this.#now + pauseSeconds;
    if (machine.dealt && pauseSeconds > leaseSeconds) this.#lapse(machine.dealt);
  }

  #lapse(dealt: DealtTask): void {
    this.#events.add(this.#now + this.#fleet.leaseSeconds, { kind: "lapsed", dealt });
  }

  /** When something befalls a machine next: as likely at one moment as at any other. */
  #expect(kind: "lost" | "paused", machine: SimulatedMachine): void {
    const perHour = kind === "lost" ? this.#fleet.lossesPerHour : this.#fleet.pausesPerHour;
    if (perHour === 0) return;
    const hours = -Math.log(1 - this.#random.between(0, 1)) / perHour;
    this.#events.add(this.#now + hours * HOUR, { kind, machine });
  }

  /** How much longer a task takes than it should. */
  #slowness(): number {
    const { spread, stragglerShare, stragglerFactor } = this.#fleet;
    const [radius, angle, straggles] = [0, 0, 0].map(() => this.#random.between(0, 1));
    const normal = Math.sqrt(-2 * Math.log(1 - radius)) * Math.cos(2 * Math.PI * angle);
    return Math.exp(spread * normal) * (straggles < stragglerShare ? stragglerFactor : 1);
  }
}
