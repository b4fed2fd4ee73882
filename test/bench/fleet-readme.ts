import type { SizedCase } from "./fleet-cases.ts";

const MILLION = 1e6;
const GB = 1e9;
const HOUR = 3600;

/**
 * The table of README.md.
 *
 * @param measured machines as they were measured
 * @param assumed the same cases on larger ones
 */
export function readmeTable(measured: readonly SizedCase[], assumed: readonly SizedCase[]): string {
  const head = [
    ...["images", "machines", "`blockVectors`", "tasks", "embedding", "search", "efficiency"],
    ...["read in all", "by each", "on 32 cores each (assumed): embedding, search"],
  ];
  const lines = measured.map((one, i) => [
    ...[`${one.images / MILLION} million`, one.machines, one.blockVectors.toLocaleString("en")],
    (one.tasks.embed + one.tasks.compare).toLocaleString("en"),
    ...[duration(one.embedHours), duration(one.compareHours), `${(100 * one.efficiency).toFixed(0)} %`],
    ...[bytes(one.bytesRead), bytes(one.bytesReadPerMachine)],
    `${duration(assumed[i].embedHours)}, ${duration(assumed[i].compareHours)}`,
  ]);
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function duration(hours: number): string {
  if (hours >= 48) return `${digits(hours / 24)} days`;
  if (hours >= 2) return `${digits(hours)} h`;
  return hours * HOUR >= 120 ? `${digits(hours * 60)} min` : `${digits(hours * HOUR)} s`;
}

function bytes(count: number): string {
  return count >= 1000 * GB ? `${digits(count / GB / 1000)} TB` : `${digits(count / GB)} GB`;
}

const digits = (value: number) => Number(value.toPrecision(2)).toLocaleString("en");
