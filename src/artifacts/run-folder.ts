import { type FileHandle, mkdir, open, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { makeFolder } from "#artifacts/make-folder.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

/** runs/<UTC start>/: what one run did, whether it ended well or not. */
export class RunFolder {
  readonly path: string;
  readonly #log: FileHandle;
  #written: Promise<unknown> = Promise.resolve();

  private constructor(path: string, log: FileHandle) {
    this.path = path;
    this.#log = log;
  }

  /** @param keep older runs than the latest so many are removed */
  static async create(runs: string, started: Date, keep: number): Promise<RunFolder> {
    const name = started.toISOString().replaceAll(":", "-");
    let path = join(runs, name);
    try {
      await makeFolder(runs);
      // a clock that was set back may bring a time again
      for (let number = 2; !(await made(path)); number++) path = join(runs, `${name}-${number}`);
      await removeOlder(runs, basename(path), keep);
      return new RunFolder(path, await open(join(path, "log.ndjson"), "a"));
    } catch (error) {
      throw new PipelineError("artifact", `Cannot write to "${path}": ${messageOf(error)}; choose another --output`, {
        cause: error,
      });
    }
  }

  /** Adds a line to log.ndjson; the log is a convenience, so a full disk does not end the run here. */
  log(event: Record<string, unknown>): void {
    const line = `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`;
    this.#written = this.#written.then(() => this.#log.write(line)).catch(() => undefined);
  }

  async close(runJson: string): Promise<void> {
    await this.#written;
    await this.#log.close();
    await writeWholeFile(join(this.path, "run.json"), [runJson]);
  }
}

/** Makes a folder; false where there is one. */
async function made(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

const RUN_NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z(-\d+)?$/;

async function removeOlder(runs: string, latest: string, keep: number): Promise<void> {
  const others = (await readdir(runs)).filter((name) => RUN_NAME.test(name) && name !== latest).sort();
  for (const name of others.slice(0, Math.max(0, others.length + 1 - keep)))
    await rm(join(runs, name), { recursive: true, force: true });
}
