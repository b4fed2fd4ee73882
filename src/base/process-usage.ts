import { readFile } from "node:fs/promises";

/** What a process takes of the machine. */
export interface ProcessUsage {
  /** Memory that it holds, in bytes. */
  readonly residentBytes: number;
  /** Time of processors that it has used so far. */
  readonly processorSeconds: number;
}

/** Linux counts in hundredths of a second for programs, whatever its own clock. */
const TICKS_PER_SECOND = 100;

/** @returns undefined where the system does not tell (anywhere but on Linux), and for a process that is gone */
export async function processUsage(pid: number): Promise<ProcessUsage | undefined> {
  try {
    const [status, stat] = await Promise.all([
      readFile(`/proc/${pid}/status`, "latin1"),
      readFile(`/proc/${pid}/stat`, "latin1"),
    ]);
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(status);
    // the name, in brackets, may hold anything; user and system time are the 12th and 13th field after it
    const times = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (!resident) return undefined;
    return {
      residentBytes: 1024 * Number(resident[1]),
      processorSeconds: (Number(times[11]) + Number(times[12])) / TICKS_PER_SECOND,
    };
  } catch {
    return undefined;
  }
}
