import { resolve } from "node:path";
import type { WrittenReport } from "#artifacts/edited-reports.ts";
import { writeReport, writeTable } from "#artifacts/report-files.ts";
import { compareUtf8 } from "#base/compare-utf8.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import { exportedFiles } from "#exports/exported-files.ts";
import type { Proposal } from "#exports/proposal.ts";
import { candidateRecords } from "#reports/candidates-report.ts";
import type { Settings } from "#settings/settings.ts";
import type { Findings } from "./findings.ts";
import type { Source } from "./source.ts";

export interface ExportOptions {
  readonly settings: Pick<Settings, "export" | "exportImages">;
  readonly pathOf: Source["pathOf"];
  readonly progress: Progress;
}

/**
 * Writes the candidates for labeling tools into exports/<format>/ of the folder of reports.
 *
 * @param onFormat is called before each format
 * @returns what was written
 */
export async function writeExports(
  folder: string,
  findings: Pick<Findings, "catalog" | "groups" | "candidates">,
  { settings, pathOf, progress }: ExportOptions,
  onFormat: () => void,
): Promise<WrittenReport[]> {
  const written: WrittenReport[] = [];
  if (settings.export.length === 0) return written;
  const proposal = proposalOf(findings, settings.exportImages, pathOf);
  for (const format of settings.export) {
    onFormat();
    const { files, tables = {}, notes } = exportedFiles(format, proposal);
    for (const [name, content] of Object.entries(files))
      written.push(await writeReport(folder, `exports/${format}/${name}`, content));
    for (const [name, table] of Object.entries(tables))
      written.push(...(await writeTable(folder, `exports/${format}/${name}`, table)));
    for (const note of notes) progress.note(note);
  }
  return written;
}

function proposalOf(
  { catalog, groups, candidates }: Pick<Findings, "catalog" | "groups" | "candidates">,
  place: string | null,
  pathOf: Source["pathOf"],
): Proposal {
  // an image may have several classes, or a split alone
  const classes = new Set(catalog.labels.flatMap((label) => label?.label.split(";") ?? []));
  classes.delete("");
  const records = [...candidateRecords(candidates, groups, catalog)];
  const images = records.map((record) => ({ ...record, file: absolute(pathOf(record.path)) }));
  return { images, classes: [...classes].sort(compareUtf8), place };
}

/** Image folders may have been given relative to the working folder of this run. */
function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

/** @throws PipelineError `settings` where there are no pictures that a tool could show */
export function refuseExportOfFeatures({ features, export: formats }: Settings): void {
  const refused = formats.filter((format) => format !== "list");
  if (features === null || refused.length === 0) return;
  const found = `--export ${refused[0]} with --features "${features}"`;
  throw new PipelineError(
    "settings",
    `Expected images for a labeling tool, found ${found}: features come without files; --export list writes object ids`,
  );
}
