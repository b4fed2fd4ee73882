import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "#artifacts/make-folder.ts";
import { OutputLock } from "#artifacts/output-lock.ts";
import { diskFault } from "#fleet/storage/disk-fault.ts";

/** Number of the process, and when it made the folder. */
const NAME = /^twinsift-files-(\d+)-(\d+)-/;
/** Between making a folder and locking it lie milliseconds. */
const LOCKED_AFTER_MS = 60_000;

/** A folder of this process alone, which goes with it: what killed processes have left is removed by the next one. */
export class ProcessFolder {
  readonly path: string;
  readonly #lock: OutputLock;

  private constructor(path: string, lock: OutputLock) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * @param parent absolute; other processes may have theirs in it
   * @throws WorkerUnfit where this machine cannot write there
   */
  static async make(parent: string): Promise<ProcessFolder> {
    try {
      await makeFolder(parent);
      await removeLeft(parent);
      const path = await mkdtemp(join(parent, `twinsift-files-${process.pid}-${Date.now()}-`));
      return new ProcessFolder(path, await OutputLock.take(path, () => undefined));
    } catch (error) {
      throw diskFault(`Cannot make a folder for files in "${parent}"`, (error as Error).cause ?? error);
    }
  }

  async remove(): Promise<void> {
    this.#lock.release();
    await rm(this.path, { recursive: true, force: true });
  }
}

async function removeLeft(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!NAME.test(name) || isOurs(name)) continue;
    const path = join(parent, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age < LOCKED_AFTER_MS || (await OutputLock.isHeld(path))) continue;
    // another process may do the same now
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** The lock tells other processes from this one, but not that the one of this number is this one: in a container every first process is 1. */
function isOurs(name: string): boolean {
  const [, pid, made] = NAME.exec(name) ?? [];
  return Number(pid) === process.pid && Number(made) >= Date.now() - process.uptime() * 1000;
}
