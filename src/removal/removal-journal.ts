import { type FileHandle, open, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { jsonLines } from "#artifacts/json-lines.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { makeLastingFolder } from "./lasting-folder.ts";
import type { Removal, RemovalPlan } from "./removal-plan.ts";

const SCHEMA = "twinsift/removal@1";
const ENDING = ".ndjson";

/**
 * What was done, a line each: `done` and `left` of a file that was to go, then `applied`; `undo` begins to take all back, with `restored`,
 * `kept` (it can be tried again) and `lost` of files, and ends with `undone`, or with `tried` where something was kept.
 */
export type RemovalEvent =
  | { readonly event: "done" | "restored"; readonly file: number }
  | { readonly event: "left" | "kept" | "lost"; readonly file: number; readonly reason: string }
  | { readonly event: "applied" | "undo" | "undone" | "tried" };

/** How far an apply is. */
type RemovalState = "begun" | "applied" | "undoing" | "partly undone" | "undone";

const STATE_AFTER: Readonly<Record<RemovalEvent["event"], RemovalState>> = {
  done: "begun",
  left: "begun",
  applied: "applied",
  undo: "undoing",
  restored: "undoing",
  kept: "undoing",
  lost: "undoing",
  undone: "undone",
  tried: "partly undone",
};

interface Head extends Omit<RemovalPlan, "removals"> {
  readonly schema: typeof SCHEMA;
  readonly files: number;
}

/** The record of one apply: its whole plan, which is on disk before anything is touched, and what was done of it. */
export class RemovalJournal {
  readonly path: string;
  readonly plan: RemovalPlan;
  readonly events: RemovalEvent[];
  /** Of whole lines; one that was torn when the process or the machine ended stands behind them. */
  readonly #bytes: number;
  #file: FileHandle | undefined;

  private constructor(path: string, plan: RemovalPlan, events: RemovalEvent[], bytes: number) {
    this.path = path;
    this.plan = plan;
    this.events = events;
    this.#bytes = bytes;
  }

  /** @throws PipelineError `artifact` where it cannot be written */
  static async create(folder: string, plan: RemovalPlan): Promise<RemovalJournal> {
    const path = join(folder, plan.name + ENDING);
    const { removals, ...rest } = plan;
    const head: Head = { schema: SCHEMA, ...rest, files: removals.length };
    return attempt(`write "${path}"`, async () => {
      await makeLastingFolder(folder);
      const { bytes } = await writeWholeFile(path, jsonLines([head, ...removals]));
      return new RemovalJournal(path, plan, [], bytes);
    });
  }

  /**
   * Reads a journal; it is written to when something is recorded.
   *
   * @throws PipelineError `artifact` where it cannot be read or is damaged
   */
  static async open(path: string): Promise<RemovalJournal> {
    return attempt(`read "${path}"`, async () => {
      const content = await readFile(path);
      const bytes = content.lastIndexOf("\n") + 1;
      const { plan, events } = parsed(content.subarray(0, bytes).toString(), basename(path, ENDING));
      return new RemovalJournal(path, plan, events, bytes);
    });
  }

  get state(): RemovalState {
    return stateAfter(this.events.at(-1));
  }

  /** @throws PipelineError `artifact` where it cannot be written: then nothing more must be done */
  async record(event: RemovalEvent): Promise<void> {
    await attempt(`write "${this.path}"`, async () => {
      this.#file ??= await openBehind(this.path, this.#bytes);
      await this.#file.appendFile(`${JSON.stringify(event)}\n`);
    });
    this.events.push(event);
  }

  /** Makes what was recorded last through a power cut. */
  async sync(): Promise<void> {
    await attempt(`write "${this.path}"`, async () => this.#file?.datasync());
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

async function openBehind(path: string, bytes: number): Promise<FileHandle> {
  const file = await open(path, "a");
  await file.truncate(bytes);
  return file;
}

/** Paths of all journals, the earliest first. */
async function journalPaths(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw new PipelineError("artifact", `Cannot read "${folder}": ${messageOf(error)}`, { cause: error });
  });
  const journals = names.filter((name) => name.endsWith(ENDING)).map((name) => basename(name, ENDING));
  return journals.sort(byStart).map((name) => join(folder, name + ENDING));
}

/** A second one of the same millisecond has a number behind. */
function byStart(a: string, b: string): number {
  const [[timeA, numberA], [timeB, numberB]] = [a, b].map((name) => name.split(/(?<=Z)-/));
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  return Number(numberA ?? 1) - Number(numberB ?? 1);
}

/**
 * The latest journal in one of some states.
 *
 * @throws PipelineError `artifact` where one cannot be read
 */
export async function latestJournal(
  folder: string,
  isSought: (state: RemovalState, name: string) => boolean,
): Promise<RemovalJournal | undefined> {
  for (const path of (await journalPaths(folder)).reverse())
    if (isSought(await attempt(`read "${path}"`, () => readState(path)), basename(path, ENDING)))
      return RemovalJournal.open(path);
  return undefined;
}

/**
 * Object ids of the images that applies took out of their folders and no undo has brought back.
 *
 * @param folder of the journals
 * @throws PipelineError `artifact` where one cannot be read
 */
export async function removedImages(folder: string): Promise<Set<string>> {
  const removed = new Set<string>();
  for (const path of await journalPaths(folder)) {
    const { plan, events, state } = await RemovalJournal.open(path);
    if (plan.action === "hardlink" || state === "undone") continue;
    for (const event of events) {
      if (event.event === "done") removed.add(plan.removals[event.file].id);
      if (event.event === "restored") removed.delete(plan.removals[event.file].id);
    }
  }
  return removed;
}

/** Only the end of a journal is read for its state: there may be many, and long ones. */
const END_BYTES = 1 << 20;

async function readState(path: string): Promise<RemovalState> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const end = Buffer.alloc(Math.min(size, END_BYTES));
    const { bytesRead } = await file.read(end, 0, end.length, size - end.length);
    const lines = end.subarray(0, bytesRead).toString().split("\n").slice(0, -1);
    return stateAfter(JSON.parse(lines.at(-1) ?? "{}"));
  } finally {
    await file.close();
  }
}

function stateAfter(last: Partial<RemovalEvent> | undefined): RemovalState {
  return last?.event === undefined ? "begun" : STATE_AFTER[last.event];
}

function parsed(text: string, name: string): { plan: RemovalPlan; events: RemovalEvent[] } {
  const [head, ...rest] = text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  const { schema, files, ...plan } = (head ?? {}) as Head;
  if (schema !== SCHEMA || rest.length < files) throw new Error(`found no whole plan of ${JSON.stringify(SCHEMA)}`);
  const removals = rest.slice(0, files) as Removal[];
  return { plan: { ...plan, name, removals }, events: rest.slice(files) };
}

async function attempt<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    const advice = what.startsWith("read")
      ? "; move it away once you have seen that all files are in their places"
      : "";
    throw new PipelineError("artifact", `Cannot ${what}: ${messageOf(error)}${advice}`, { cause: error });
  }
}
