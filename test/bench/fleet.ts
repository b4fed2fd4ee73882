import { measureCosts } from "./fleet-costs.ts";
import { faults } from "./fleet-faults.ts";
import { cores, overhead, scaling } from "./fleet-rounds.ts";
import { simulateFleets } from "./fleet-sizing.ts";

// Many machines: what tasks cost, and how long so many machines take (a simulation); what a fleet costs beside one process, how two
// workers scale, and what a run survives (real runs, real Redis). Needs ../shared; Debian's redis-server for the last three.
// npm run bench -- fleet costs|simulate|overhead|scaling|cores|faults […options of the part]

const PARTS: Readonly<Record<string, (args: readonly string[]) => Promise<unknown>>> = {
  costs: measureCosts,
  simulate: simulateFleets,
  overhead,
  scaling,
  cores,
  faults,
};

export async function bench([name, ...args]: readonly string[]): Promise<unknown> {
  if (name === undefined || !(name in PARTS)) {
    throw new Error(`Expected one of ${Object.keys(PARTS).join(", ")}, found ${JSON.stringify(name)}`);
  }
  return PARTS[name](args);
}
