import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { ProcessEnded } from "#base/process-ended.ts";
import { ComputeDevice, reasonOf } from "#device/compute-device.ts";
import { SearchDevice } from "#device/search-device.ts";
import { ACCELERATOR_NEEDS, type Accelerator, acceleratorsToTry, mayHaveAccelerator } from "#onnx/accelerators.ts";
import type { DeviceTrial } from "#onnx/device-trial.ts";
import type { Device } from "#onnx/session.ts";
import type { TileFinder } from "#search/tile-finder.ts";

/** Where a run computes: on a graphics processor where there is one that is worth it, and else, or once it fails, on the CPU. */
export class RunDevice {
  readonly #asked: Device;
  readonly #tell: (line: string) => void;
  readonly #module: URL | undefined;
  #opened: Promise<ComputeDevice | undefined> | undefined;
  #device: ComputeDevice | undefined;
  #tiles: SearchDevice | undefined;
  #hasFailed = false;
  readonly #closing = new AbortController();

  /**
   * @param tell gets a line for a person where a device is taken, refused or lost
   * @param module what the device's process runs
   */
  constructor(asked: Device, tell: (line: string) => void, module?: URL) {
    this.#asked = asked;
    this.#tell = tell;
    this.#module = module;
  }

  /** Whether a user named a device, which is then opened however little there is to do. */
  get isNamed(): boolean {
    return this.#asked !== "auto" && this.#asked !== "cpu";
  }

  /**
   * Starts the device, when first called.
   *
   * @returns undefined for the CPU
   * @throws PipelineError `input` when a device that a user named does not start
   */
  open(): Promise<ComputeDevice | undefined> {
    this.#opened ??= this.#choose().then((device) => {
      this.#device = device;
      // CoreML may compute in half precision, which holds no whole numbers above 2,048
      if (device && device.name !== "coreml") {
        this.#tiles = new SearchDevice(device, (reason) =>
          this.tellFailure(`The search goes on with the CPU: ${device.name} failed (${reason})`),
        );
      }
      return device;
    });
    return this.#opened;
  }

  /** Opens the device while other work goes on. */
  want(): void {
    // who awaits it hears of what goes wrong
    this.open().catch(() => undefined);
  }

  /** A line for a person. */
  tell(line: string): void {
    this.#tell(line);
  }

  /** Tells that the CPU has to do what the device could not. */
  tellFailure(line: string): void {
    this.#hasFailed = true;
    this.#tell(line);
  }

  /** Computes tile products, once the device is open and while it works. */
  get tiles(): TileFinder | undefined {
    return this.#tiles;
  }

  /** What has computed, for run.json. */
  get used(): string {
    if (!this.#device?.hasWorked) return "cpu";
    return this.#hasFailed ? `${this.#device.name}, then cpu` : this.#device.name;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await (await this.#opened?.catch(() => undefined))?.close();
  }

  #choose(): Promise<ComputeDevice | undefined> {
    if (this.#asked === "cpu") return Promise.resolve(undefined);
    return this.#asked === "auto" ? this.#best() : this.#named(this.#asked);
  }

  async #named(name: Accelerator): Promise<ComputeDevice> {
    const started = await this.#start(name);
    if ("reason" in started) {
      const needs = `it needs ${ACCELERATOR_NEEDS[name]}; or use --device cpu`;
      throw new PipelineError("input", `Device "${name}" does not start: ${started.reason}; ${needs}`);
    }
    return started.device;
  }

  /** The first that starts, gives the right numbers and is faster than the processors: drivers in software are not. */
  async #best(): Promise<ComputeDevice | undefined> {
    const names = mayHaveAccelerator() ? acceleratorsToTry() : [];
    const reasons: string[] = [];
    for (const name of names) {
      const started = await this.#start(name);
      if (this.#closing.signal.aborted) return "device" in started ? started.device : undefined;
      if ("reason" in started) {
        reasons.push(`${name}: ${started.reason}`);
        continue;
      }
      const { device, trial } = started;
      const times = trial.cpuSeconds / trial.seconds;
      if (times > 1) {
        this.#tell(`Computing on ${name}, which multiplies matrices ${times.toFixed(1)} times as fast as the CPU`);
        return device;
      }
      await device.close();
      reasons.push(`${name} multiplies matrices ${(1 / times).toFixed(1)} times slower`);
    }
    this.#tell(`Computing on the CPU: ${reasons.join("; ") || "no graphics processor was found"}`);
    return undefined;
  }

  async #start(name: Accelerator): Promise<{ device: ComputeDevice; trial: DeviceTrial } | { reason: string }> {
    try {
      const onGone = (reason: string) => this.tellFailure(`The run goes on with the CPU: ${name} is gone, ${reason}`);
      const started = await ComputeDevice.start(name, { onGone, module: this.#module, stop: this.#closing.signal });
      if (started.trial.isRight) return started;
      await started.device.close();
      return { reason: "it gave wrong numbers" };
    } catch (error) {
      return { reason: error instanceof ProcessEnded ? reasonOf(error) : withoutPlace(messageOf(error)) };
    }
  }
}

/** What the runtime says, without what it was about to do, the place in its sources and advice. */
function withoutPlace(message: string): string {
  return message
    .replace(/^Cannot load .*? on device "\w+": /, "")
    .replace(/; use --device cpu, or .*$/, "")
    .replace(/^\/.* was false\. /, "")
    .replace(/[;.\s]+$/, "");
}
