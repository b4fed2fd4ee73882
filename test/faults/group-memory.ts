import { readdirSync, readFileSync } from "node:fs";

const PAGE_BYTES = 4096;

/** Bytes in memory of all processes of a group, shared pages counted for each; 0 where there is no /proc. */
export function groupMemory(group: number): number {
  let bytes = 0;
  for (const pid of processes()) bytes += memoryIfIn(group, pid);
  return bytes;
}

function processes(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function memoryIfIn(group: number, pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // the name of the program, in brackets, may hold blanks
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [, , itsGroup] = fields;
    return Number(itsGroup) === group ? Number(fields[21]) * PAGE_BYTES : 0;
  } catch {
    return 0; // it has ended meanwhile
  }
}
