import { PipelineError } from "#base/pipeline-error.ts";
import { ProcessEnded } from "#base/process-ended.ts";
import { ProcessPool } from "#base/process-pool.ts";
import type { CopyHandlers, CopyRequest, DecodedCopy } from "#calibration/copy-process.ts";
import type { ReaderLimits } from "#images/picture-reader.ts";

/** Makes edited copies of pictures in processes of their own, as a `PictureReader` decodes pictures. */
export class CopyMaker {
  readonly #limits: ReaderLimits;
  readonly #pool: ProcessPool<CopyHandlers>;

  /** @param processes pictures edited at once */
  constructor(limits: ReaderLimits, processes: number) {
    this.#limits = limits;
    this.#pool = new ProcessPool(new URL("./copy-process.ts", import.meta.url), processes, {
      seconds: limits.maxSeconds,
      memoryBytes: limits.maxMemory * 2 ** 20,
    });
  }

  /**
   * @returns as many copies as could be made: none of a picture that takes more time or memory than the limits, or crashes its process
   * @throws PipelineError `input` when processes cannot be started
   */
  async copiesOf({ path, options, count, seed }: Omit<CopyRequest, "limits">): Promise<DecodedCopy[]> {
    const { width, height, resize, cropFrom, kernel } = options.preset;
    const preset = { width, height, resize, kernel, ...(cropFrom === undefined ? {} : { cropFrom }) };
    const { maxPixels, maxDecodedBytes } = this.#limits;
    const request = { path, count, seed, limits: { maxPixels, maxDecodedBytes } };
    return this.#pool.call("copies", { ...request, options: { preset, views: options.views } }).catch((error) => {
      if (!(error instanceof ProcessEnded) || error.how === "closed") throw error;
      if (error.how !== "start") return [];
      const advice = "is the machine out of memory, processes or open files?";
      throw new PipelineError("input", `Cannot start a process that edits pictures (${error.detail}): ${advice}`);
    });
  }

  /** Ends all processes at once. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}
