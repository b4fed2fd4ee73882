import pLimit from "p-limit";
import { ChildProcess } from "#base/child-process.ts";
import { ProcessEnded } from "#base/process-ended.ts";
import type { Argument, Result } from "#base/worker-thread.ts";
import type { DeviceHandlers } from "#device/device-worker.ts";
import type { Accelerator } from "#onnx/accelerators.ts";
import type { DeviceTrial } from "#onnx/device-trial.ts";

/** Drivers reset a device that hangs after some seconds; this is for those that do not. Starting one may compile much. */
const CALL_SECONDS = 300;
const TRIAL_SECONDS = 90;

export interface DeviceOptions {
  /** Called once, when the process ends before it is closed. */
  readonly onGone: (reason: string) => void;
  /** What the process runs. */
  readonly module?: URL | undefined;
  /** A call that takes longer ends the process. */
  readonly callSeconds?: number;
  /** Ends it while it starts: a run need not wait for what it no longer needs. */
  readonly stop?: AbortSignal;
}

/** A graphics processor, in a process of its own: a driver that crashes or hangs ends that one. Calls are answered one after the other. */
export class ComputeDevice {
  readonly name: Accelerator;
  readonly #process: ChildProcess<DeviceHandlers>;
  readonly #turn = pLimit(1);
  readonly #onGone: (reason: string) => void;
  readonly #callSeconds: number;
  #isGone = false;
  #hasWorked = false;

  private constructor(
    name: Accelerator,
    process: ChildProcess<DeviceHandlers>,
    { onGone, callSeconds = CALL_SECONDS }: DeviceOptions,
  ) {
    this.name = name;
    this.#process = process;
    this.#onGone = onGone;
    this.#callSeconds = callSeconds;
  }

  /**
   * Starts a device and tries it out.
   *
   * @throws PipelineError or ProcessEnded when it does not start, or is to stop before it has
   */
  static async start(
    name: Accelerator,
    options: DeviceOptions,
  ): Promise<{ device: ComputeDevice; trial: DeviceTrial }> {
    if (options.stop?.aborted) throw new ProcessEnded("closed");
    const child = new ChildProcess<DeviceHandlers>(options.module ?? new URL("./device-process.ts", import.meta.url));
    const stop = () => child.close();
    options.stop?.addEventListener("abort", stop);
    try {
      const limits = { seconds: TRIAL_SECONDS, memoryBytes: Number.POSITIVE_INFINITY };
      const trial = await child.call("tryDevice", { device: name }, limits);
      return { device: new ComputeDevice(name, child, options), trial };
    } catch (error) {
      await child.close();
      throw error;
    } finally {
      options.stop?.removeEventListener("abort", stop);
    }
  }

  /** Whether it has not ended. */
  get isThere(): boolean {
    return !this.#isGone;
  }

  /** Whether a run has a feature or a pair from it. */
  get hasWorked(): boolean {
    return this.#hasWorked;
  }

  /**
   * @returns undefined when the process has ended, before or during the call
   * @throws what the call throws there
   */
  async call<Name extends keyof DeviceHandlers>(
    name: Name,
    argument: Argument<DeviceHandlers, Name>,
  ): Promise<{ readonly answer: Result<DeviceHandlers, Name> } | undefined> {
    const limits = { seconds: this.#callSeconds, memoryBytes: Number.POSITIVE_INFINITY };
    return this.#turn(async () => {
      if (this.#isGone) return undefined;
      try {
        const answer = await this.#process.call(name, argument, limits);
        this.#hasWorked ||= name === "embed" || name === "hits";
        return { answer };
      } catch (error) {
        if (!(error instanceof ProcessEnded)) throw error;
        if (!this.#isGone) this.#onGone(reasonOf(error, this.#callSeconds));
        this.#isGone = true;
        return undefined;
      }
    });
  }

  /** Ends it at once; calls under way find it gone. */
  async close(): Promise<void> {
    this.#isGone = true;
    await this.#process.close();
  }
}

/** Why a device's process ended, for a person. */
export function reasonOf({ how, detail }: ProcessEnded, seconds = TRIAL_SECONDS): string {
  if (how === "time") return `no answer for ${seconds} s`;
  return `its process ended${detail === "" ? "" : ` (${detail})`}`;
}
