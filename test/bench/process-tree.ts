import { readdirSync, readFileSync } from "node:fs";

// What a process and all that it started take of a machine, as Linux tells it.

/** Linux counts in hundredths of a second for programs, whatever its own clock. */
const TICKS_PER_SECOND = 100;

/** The process and all that hang below it now. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statFields(Number(name))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** User and system time of the tree, with that of processes which have ended. */
export function processorSeconds(root: number): number {
  let ticks = 0;
  for (const pid of processTree(root)) {
    // own user and system time, then those of children that have ended
    for (const field of statFields(pid)?.slice(11, 15) ?? []) ticks += Number(field);
  }
  return ticks / TICKS_PER_SECOND;
}

/** The most memory that each process of the tree has held, in megabytes and summed; what they share counts in each. */
export function peakMegabytes(root: number): number {
  return sum(processTree(root).map((pid) => kilobytes(`/proc/${pid}/status`, "VmHWM"))) / 1024;
}

/** Memory that each process of the tree holds now, in megabytes, the root first; what n processes share counts 1/n in each. */
export function residentMegabytes(root: number): number[] {
  return processTree(root).map((pid) => kilobytes(`/proc/${pid}/smaps_rollup`, "Pss") / 1024);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** 0 for a process that is gone. */
function kilobytes(file: string, name: string): number {
  const line = readIfThere(file)
    ?.split("\n")
    .find((line) => line.startsWith(`${name}:`));
  return line ? Number(/\d+/.exec(line)?.[0]) : 0;
}

/** What follows the name in /proc/PID/stat: state, parent, …; undefined for a process that is gone. */
function statFields(pid: number): string[] | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // the name, in brackets, may hold anything
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined;
  }
}
