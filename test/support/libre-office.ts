import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "./temporary-folder.ts";

const PROGRAM = process.env.SOFFICE ?? "/usr/bin/soffice";
const run = promisify(execFile);

export const hasLibreOffice = existsSync(PROGRAM);

/** CSV as LibreOffice is told of it: delimiter and encoding by number; with `hasTypes`, dates and the like are recognised. */
export function csvFilter({ delimiter = ",", encoding = 76, hasTypes = false }): string {
  return `${delimiter.charCodeAt(0)},34,${encoding},1,,1033,false,${hasTypes}`;
}

/** UTF-16 to LibreOffice. */
export const UTF_16 = 65535;

/**
 * Opens a file with LibreOffice and saves it as another kind, as a person would.
 *
 * @param options.input how a CSV is to be read, by `csvFilter`
 * @param options.output how a CSV is to be written
 * @returns the saved file, in a folder of its own
 */
export async function savedByLibreOffice(
  file: string,
  kind: "xlsx" | "ods" | "csv",
  options: { input?: string; output?: string } = {},
): Promise<string> {
  const folder = await temporaryFolder();
  const args = [`-env:UserInstallation=${pathToFileURL(join(folder, "profile"))}`, "--headless"];
  if (options.input) args.push(`--infilter=CSV:${options.input}`);
  const filter = options.output ? `csv:Text - txt - csv (StarCalc):${options.output}` : kind;
  await run(PROGRAM, [...args, "--convert-to", filter, "--outdir", folder, file], { timeout: 120_000 });
  return join(folder, `${basename(file, extname(file))}.${kind}`);
}
