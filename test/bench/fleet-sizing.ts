import { parseArgs } from "node:util";
import { alignedTable } from "#terminal/aligned-table.ts";
import { ASSUMED, type FleetCase, FleetSizer, type MachineKind, MEASURED, type SizedCase } from "./fleet-cases.ts";
import { refuseWrongSimulation } from "./fleet-claims.ts";
import { readCosts } from "./fleet-costs.ts";
import { readmeTable } from "./fleet-readme.ts";

const MILLION = 1e6;
const IMAGES = [1, 10, 100].map((millions) => millions * MILLION);
const MACHINES = [1, 10, 100];
const BLOCKS = [25_000, 50_000, 100_000, 200_000, 400_000];
/** More blocks make tasks by the million. */
const MOST_BLOCKS = 2000;
/** Fewer tasks lost with a machine are worth so much. */
const AS_GOOD = 1.03;
const V3 = "mobilenet_v3_small_100_224";
const SHIPPED = "twinsift-copy-1";
const GIGABIT = 1e9 / 8;

/**
 * npm run bench -- fleet simulate [--seed N] [--quick]: what was measured, on machines that fail. Says which size of blocks is best for
 * each number of images and machines.
 */
export async function simulateFleets(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: "string", default: "1" }, quick: { type: "boolean", default: false } },
  });
  refuseWrongSimulation();
  const sizer = new FleetSizer(readCosts(), Number(values.seed));
  const images = values.quick ? IMAGES.slice(0, 2) : IMAGES;
  const tried = images.flatMap((count) =>
    MACHINES.flatMap((machines) => triedBlocks({ images: count, model: V3, machines, kind: MEASURED }, sizer)),
  );
  console.error(`\nSize of blocks, ${MEASURED.name}: hours of the search\n${blockTable(tried)}`);
  const best = (kind: MachineKind, model: string) =>
    images.flatMap((count) =>
      MACHINES.map((machines) => fewestHours(triedBlocks({ images: count, model, machines, kind }, sizer))),
    );
  const measured = images.flatMap((count) =>
    MACHINES.map((machines) => fewestHours(tried.filter((one) => one.images === count && one.machines === machines))),
  );
  const assumed = best(ASSUMED, V3);
  const shipped = best(MEASURED, SHIPPED);
  console.error(
    `\n1,024 numbers an image (MobileNetV3-small, --views none)\n${sizingTable([...measured, ...assumed])}`,
  );
  console.error(`\n${SHIPPED} with its default views\n${sizingTable(shipped)}`);
  const ordinary = measured.filter((one) => one.images === 10 * MILLION && one.machines === 100)[0];
  const troubled = troubles(ordinary, sizer);
  console.error(`\n10 million on 100 machines, when things go worse\n${troubleTable(troubled)}`);
  console.error(`\nREADME.md\n${readmeTable(measured, assumed)}`);
  return { costs: sizer.costs, tried, measured, assumed, shipped, troubled };
}

function triedBlocks(wanted: Omit<FleetCase, "blockVectors">, sizer: FleetSizer): SizedCase[] {
  const few = BLOCKS.filter((blockVectors) => sizer.vectors(wanted) / blockVectors <= MOST_BLOCKS);
  return few.map((blockVectors) => sizer.size({ ...wanted, blockVectors }));
}

/** The smallest block that is about as good as the best: a lost task costs less, and a machine holds less. */
function fewestHours(tried: readonly SizedCase[]): SizedCase {
  const least = Math.min(...tried.map(({ compareHours }) => compareHours));
  return tried.find(({ compareHours }) => compareHours <= least * AS_GOOD) as SizedCase;
}

interface Trouble {
  readonly what: string;
  readonly sized: SizedCase;
}

/** The same fleet with a slower or faster storage, and with machines that are lost more often. */
function troubles({ images, model, machines, blockVectors }: SizedCase, sizer: FleetSizer): Trouble[] {
  const wanted = { images, model, machines, blockVectors, kind: MEASURED };
  const losses = [0, 1 / 24, 1, 6].map((perHour) => ({
    what: perHour < 1 && perHour > 0 ? "a machine is lost once a day" : `a machine is lost ${perHour} times an hour`,
    sized: sizer.size({ ...wanted, fleet: { lossesPerHour: perHour } }),
  }));
  const storages = [1, 10, 100].map((gigabits) => ({
    what: `the storage gives ${gigabits} Gbit/s`,
    sized: sizer.size({ ...wanted, fleet: { rates: { link: GIGABIT, storage: gigabits * GIGABIT } } }),
  }));
  return [...losses, ...storages];
}

function blockTable(tried: readonly SizedCase[]): string {
  const head = ["images", "machines", ...BLOCKS.map((rows) => `${rows / 1000}k`), "best"];
  const fleets = [...new Set(tried.map(({ images, machines }) => `${images} ${machines}`))];
  const lines = fleets.map((fleet) => {
    const own = tried.filter(({ images, machines }) => `${images} ${machines}` === fleet);
    const hours = BLOCKS.map((rows) => own.find(({ blockVectors }) => blockVectors === rows)?.compareHours);
    const [{ images, machines }] = own;
    const shown = hours.map((value) => (value === undefined ? "" : short(value)));
    return [`${images / MILLION} M`, String(machines), ...shown, `${fewestHours(own).blockVectors / 1000}k`];
  });
  return alignedTable([head, ...lines], 0);
}

function sizingTable(cases: readonly SizedCase[]): string {
  const head = [
    ...["machine", "images", "machines", "block", "embedding h", "search h", "efficiency", "computing", "tasks"],
    ...["again", "twice", "GB read", "a machine", "held GB", "planner", "Redis KB"],
  ];
  const lines = cases.map((one) => [
    ...[one.kind, `${one.images / MILLION} M`, String(one.machines), `${one.blockVectors / 1000}k`],
    ...[short(one.embedHours), short(one.compareHours), percent(one.efficiency), percent(one.computingShare)],
    ...[one.tasks.embed + one.tasks.compare, one.begunAgain, one.doneTwice].map(String),
    ...[one.bytesRead, one.bytesReadPerMachine, one.heldBytes].map((bytes) => short(bytes / 1e9)),
    ...[percent(one.plannerBusyShare), short(one.redisBytes / 1024)],
  ]);
  return alignedTable([head, ...lines], 1);
}

function troubleTable(troubles: readonly Trouble[]): string {
  const head = ["", "search h", "efficiency", "lost", "again", "twice"];
  const lines = troubles.map(({ what, sized: { compareHours, efficiency, losses, begunAgain, doneTwice } }) => [
    ...[what, short(compareHours), percent(efficiency)],
    ...[losses, begunAgain, doneTwice].map(String),
  ]);
  return alignedTable([head, ...lines], 1);
}

const short = (value: number) => Number(value.toPrecision(value < 1 ? 2 : 3)).toLocaleString("en");
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
