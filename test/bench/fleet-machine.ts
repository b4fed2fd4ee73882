import { EventHeap } from "./fleet-event-heap.ts";
import type { SimulatedTask } from "./fleet-model.ts";
import type { Transfer } from "./fleet-shared-rate.ts";

/** A task in the queue, at a machine, or at the planner. */
export interface DealtTask {
  readonly task: SimulatedTask;
  begun: number;
  isDone: boolean;
}

/** A machine at one moment. */
export interface SimulatedMachine {
  /** What it works at. */
  dealt: DealtTask | undefined;
  /** Grows with each task, and where one is lost: events of earlier ones mean nothing. */
  turn: number;
  transfer: Transfer<TransferOwner> | undefined;
  isComputed: boolean;
  /** What it had before it was asked for was in storage already. */
  isKnown: boolean;
  heldBlock: number | undefined;
  isAway: boolean;
  pausedUntil: number;
  bytesRead: number;
  computedSeconds: number;
}

export interface TransferOwner {
  readonly machine: SimulatedMachine;
  readonly isResult: boolean;
}

export function newMachine(): SimulatedMachine {
  return {
    ...{ dealt: undefined, turn: 0, transfer: undefined, isComputed: false, isKnown: false, heldBlock: undefined },
    ...{ isAway: false, pausedUntil: 0, bytesRead: 0, computedSeconds: 0 },
  };
}

/** The planner: a bounded window of tasks in the queue, and results that are taken in one after the other. */
export class SimulatedPlanner {
  readonly #tasks: Iterator<SimulatedTask>;
  readonly #window: number;
  readonly #secondsPerTask: number;
  readonly #queue: DealtTask[] = [];
  readonly #results = new EventHeap<SimulatedTask>();
  #isAllPlanned = false;
  #freeAt = 0;
  planned = 0;
  merged = 0;
  busySeconds = 0;
  workSeconds = 0;

  constructor(tasks: Iterable<SimulatedTask>, window: number, secondsPerTask: number) {
    this.#tasks = tasks[Symbol.iterator]();
    this.#window = window;
    this.#secondsPerTask = secondsPerTask;
    this.#fill();
  }

  get isThrough(): boolean {
    return this.#isAllPlanned && this.merged === this.planned;
  }

  /** When the next result has been taken in. */
  get next(): number {
    return this.#results.next;
  }

  get hasTask(): boolean {
    return this.#queue.length > 0;
  }

  take(): DealtTask {
    return this.#queue.shift() as DealtTask;
  }

  dealAgain(task: DealtTask): void {
    if (!task.isDone) this.#queue.push(task);
  }

  /** A result lies in storage. */
  receive(now: number, task: SimulatedTask): void {
    this.#freeAt = Math.max(now, this.#freeAt) + this.#secondsPerTask;
    this.busySeconds += this.#secondsPerTask;
    this.#results.add(this.#freeAt, task);
  }

  /** Has taken in the next result. */
  merge(): void {
    this.workSeconds += this.#results.take().seconds;
    this.merged++;
    this.#fill();
  }

  #fill(): void {
    while (!this.#isAllPlanned && this.planned - this.merged < this.#window) {
      const { done, value } = this.#tasks.next();
      if (done) {
        this.#isAllPlanned = true;
      } else {
        this.#queue.push({ task: value, begun: 0, isDone: false });
        this.planned++;
      }
    }
  }
}
