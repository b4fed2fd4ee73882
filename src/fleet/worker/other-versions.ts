import { PipelineError } from "#base/pipeline-error.ts";
import type { FleetPlan } from "#fleet/fleet-plan.ts";
import { versionDifferences } from "#fleet/versions.ts";

/** Runs that a worker cannot help with, as its results would have other bytes. */
export class OtherVersions {
  readonly #versions: Readonly<Record<string, string>>;
  readonly #tell: (line: string) => void;
  readonly #told = new Set<string>();

  constructor(versions: Readonly<Record<string, string>>, tell: (line: string) => void) {
    this.#versions = versions;
    this.#tell = tell;
  }

  /**
   * @param runs all that are announced
   * @returns why there is nothing to do here; undefined where a run fits, or none is there. Beside a run that fits others are only told of
   */
  look(runs: readonly FleetPlan[]): PipelineError | undefined {
    const lines = runs.map((run) => ({ run: run.run, line: this.#lineOf(run) }));
    const others = lines.filter(({ line }) => line !== undefined);
    const [first] = others;
    if (first?.line !== undefined && others.length === runs.length) return new PipelineError("input", first.line);
    for (const { run, line } of others) {
      if (line !== undefined && !this.#told.has(run)) this.#tell(line);
      this.#told.add(run);
    }
    return undefined;
  }

  #lineOf({ host, started, versions }: FleetPlan): string | undefined {
    const differences = versionDifferences(this.#versions, versions);
    if (!differences) return undefined;
    const advice = adviceFor(versions, this.#versions);
    const line = `This worker has ${differences.ours}, the run on ${host} (started ${started}) has ${differences.theirs}: ${advice}`;
    // whoever writes to Redis is not to write to a terminal
    return line.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  }
}

/** The device is no version, but a setting. */
function adviceFor(theirs: Readonly<Record<string, string>>, ours: Readonly<Record<string, string>>): string {
  const isAllBut = versionDifferences({ ...ours, device: "" }, { ...theirs, device: "" }) === undefined;
  if (isAllBut) return "give both the same --device";
  return ours.device === theirs.device ? "install the same" : "install the same, and give both the same --device";
}
