import { temporaryFolder } from "./temporary-folder.ts";
import { type MadeReports, type ReportsToMake, writeReports } from "./written-reports.ts";

/** The same as `writeReports` in a folder that goes when the test ends. */
export async function makeReports(reports: ReportsToMake): Promise<MadeReports> {
  return writeReports(await temporaryFolder(), reports);
}
