import { join } from "node:path";
import { addDrawn, drawSet, flagsOf, rankedAnew } from "./picture-set.ts";
import { lastLine, runPipelineProcess } from "./pipeline-process.ts";
import { finishedReports, readReports, reportDifferences } from "./reports.ts";
import { SmallDisk } from "./small-disk.ts";

const FEW = 10;
const PLENTY_KILOBYTES = 16 * 1024;

export interface FullDisk {
  /** Why it could not be tried; nothing else is known then. */
  readonly skipped?: string;
  readonly lines: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Runs on a disk that has room for a few kilobytes more than the earlier run took, for each of `rooms`, then makes room. The earlier
 * reports must stay whole, the error must name a file, and the run after that must end with the right reports.
 */
export async function fullDisk(
  root: string,
  { more, rooms }: { more: number; rooms: readonly number[] },
): Promise<FullDisk> {
  const disk = await SmallDisk.mount(root, PLENTY_KILOBYTES);
  if (typeof disk === "string") return { skipped: disk, lines: [], problems: [] };
  try {
    const set = await rankedAnew(await drawSet(root, { count: FEW, shardRows: 10 }));
    const output = join(disk.path, "output");
    const well = async (where: string) => {
      const end = await runPipelineProcess(flagsOf(set, where));
      if (end.exitCode !== 0) throw new Error(`A run with enough room ended with ${end.exitCode}: ${lastLine(end)}`);
      return finishedReports(where);
    };
    const earlier = await well(output);
    for (let number = FEW; number < FEW + more; number++) await addDrawn(set.images, number);
    const expected = await well(join(root, "fresh"));

    const lines: string[] = [];
    const problems: string[] = [];
    for (const room of rooms) {
      disk.resize(Math.ceil(await disk.usedKilobytes()) + room);
      const end = await runPipelineProcess(flagsOf(set, output));
      lines.push(`${room} KB of room: ${lastLine(end)}`);
      // what earlier tries put on disk counts, so that a later one may have room enough
      if (end.exitCode === 0) break;
      if (end.exitCode !== 1) problems.push(`with ${room} KB of room it ended with ${end.exitCode}`);
      if (!/"event":"error","message":"(?!this is a bug).*small-disk.*ENOSPC/.test(lastLine(end)))
        problems.push(`its last line was ${lastLine(end)}`);
      const differences = reportDifferences(await readReports(join(output, "reports")), earlier);
      problems.push(...differences.map((line) => `with ${room} KB of room, ${line}`));
    }
    disk.resize(PLENTY_KILOBYTES);
    const after = reportDifferences(await well(output), expected);
    return { lines, problems: [...problems, ...after.map((line) => `with room again, ${line}`)] };
  } finally {
    disk.unmount();
  }
}
