import { type FileHandle, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
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

  static async create(runs: string, started: Date): Promise<RunFolder> {
    const path = join(runs, started.toISOString().replaceAll(":", "-"));
    try {
      await mkdir(path, { recursive: true });
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
