import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { link, mkdir, readdir, readFile, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { makeFolder } from "#artifacts/make-folder.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

/** Who holds an output folder. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Which of the machine's sets of process numbers `pid` is of; empty outside Linux. */
  readonly pidNamespace: string;
  /** Tells the process from a later one of the same number; empty where the system does not say. */
  readonly process: string;
  readonly started: string;
}

/** The owner's sign of life. */
const TOUCH_EVERY_MS = 20_000;
/** An owner on another machine or in another container that gave none for so long is taken for dead. */
const DEAD_AFTER_MS = 180_000;
/** Taking a lock over takes milliseconds: who holds the right to it for longer has ended meanwhile. */
const TAKEOVER_MS = 10_000;

/**
 * The right to write to an output folder: one run at a time. It ends with `release`, or with the process: the lock of an owner that is
 * dead is taken over.
 */
export class OutputLock {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string) {
    this.#path = path;
    this.#timer = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => undefined);
    }, TOUCH_EVERY_MS);
    this.#timer.unref();
  }

  /**
   * @param tell learns when the lock of a dead owner is taken over
   * @throws PipelineError `locked` naming the owner when another run holds it; `artifact` when the folder cannot be written
   */
  static async take(output: string, tell: (line: string) => void): Promise<OutputLock> {
    const path = join(output, "lock");
    try {
      await makeFolder(output);
      if (!(await created(path))) await takeOver(path, tell);
      await removeDrafts(output);
      return new OutputLock(path);
    } catch (error) {
      if (error instanceof PipelineError) throw error;
      const advice = "choose another --output, or make it writable";
      throw new PipelineError("artifact", `Cannot write to "${output}": ${messageOf(error)}; ${advice}`, {
        cause: error,
      });
    }
  }

  /** Whether a run holds the folder now. */
  static async isHeld(output: string): Promise<boolean> {
    const path = join(output, "lock");
    const owner = await readOwner(path);
    return owner !== undefined && isAlive(owner, path);
  }

  /** Gives it back; synchronous, so that a signal's handler can. */
  release(): void {
    clearInterval(this.#timer);
    rmSync(this.#path, { force: true });
  }
}

/** What file systems without hard links say: FAT, and some of networks. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/** Makes the lock, which is there with all that it says or not at all; false where there is one. */
async function created(path: string): Promise<boolean> {
  const owner: Owner = {
    pid: process.pid,
    host: hostname(),
    pidNamespace: pidNamespace(),
    process: processMark(process.pid),
    started: new Date().toISOString(),
  };
  const content = `${JSON.stringify(owner)}\n`;
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, content);
    await link(draft, path);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    // who holds the lock removes drafts of others
    if (code === "EEXIST" || code === "ENOENT") return false;
    if (!NO_LINKS.includes(code)) throw error;
    return await createdInPlace(path, content);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** Removes what runs left that were killed while they made the lock. */
async function removeDrafts(output: string): Promise<void> {
  const drafts = (await readdir(output)).filter((name) => /^lock\.\d+\.tmp$/.test(name));
  for (const name of drafts) await rm(join(output, name), { force: true }).catch(() => undefined);
}

/** Where a name cannot be given to a file that is written already: a run that is killed now leaves a lock that names nobody. */
async function createdInPlace(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    // it would keep the next run out
    await rm(path, { force: true });
    throw error;
  }
}

/** Only one process at a time looks whether the owner is dead and removes its lock, so that none removes a fresh one. */
async function takeOver(path: string, tell: (line: string) => void): Promise<void> {
  const turn = `${path}.takeover`;
  if (!(await turnTaken(turn))) throw locked(path, "another run that is just starting");
  try {
    const owner = await readOwner(path);
    if (owner !== undefined) {
      if (await isAlive(owner, path)) throw locked(path, describe(owner));
      tell(`Took over the lock of ${describe(owner)}, which has ended`);
      await rm(path, { force: true });
    }
    if (!(await created(path))) throw locked(path, "another run that is just starting");
  } finally {
    await rmdir(turn).catch(() => undefined);
  }
}

async function turnTaken(turn: string): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await mkdir(turn);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if ((await ageOf(turn)) < TAKEOVER_MS) return false;
    await rmdir(turn).catch(() => undefined);
  }
  return false;
}

/** Undefined where the lock is gone; a lock that is not written yet has an owner of which nothing is known. */
async function readOwner(path: string): Promise<Partial<Owner> | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : {};
  }
}

async function isAlive(owner: Partial<Owner>, path: string): Promise<boolean> {
  const { pid, host, process: mark } = owner;
  if (pid === undefined) return (await ageOf(path)) < TAKEOVER_MS;
  // each container is process 1 of its own, also where two were given one host name
  const isNear = host === hostname() && owner.pidNamespace === pidNamespace();
  if (!isNear) return (await ageOf(path)) < DEAD_AFTER_MS;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return pid !== process.pid && processMark(pid) === mark;
}

/** ms since the file was touched, 0 where it is gone; by this machine's clock. */
async function ageOf(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

/** When a process started, by the kernel's count, and since which start of the machine; empty outside Linux. */
function processMark(pid: number): string {
  try {
    // the command's name stands in brackets and may hold blanks; the start is field 22
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ");
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields?.[19]}`;
  } catch {
    return "";
  }
}

function describe({ pid, host, started }: Partial<Owner>): string {
  return pid === undefined ? "another run" : `process ${pid} on ${host}, started ${started}`;
}

function locked(path: string, owner: string): PipelineError {
  return new PipelineError(
    "locked",
    `Held by ${owner}: wait until it ends, or choose another --output (lock: "${path}")`,
  );
}
