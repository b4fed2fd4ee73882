import type { ExportFormat } from "#data/export-format.ts";
import { cocoFiles } from "#exports/coco.ts";
import { cvatFiles } from "#exports/cvat.ts";
import { fiftyOneFiles } from "#exports/fiftyone.ts";
import { labelStudioFiles } from "#exports/label-studio.ts";
import { pathListFiles } from "#exports/path-list.ts";
import type { ExportedFiles, Proposal } from "#exports/proposal.ts";
import { yoloFiles } from "#exports/yolo.ts";

const FILES_OF: Readonly<Record<ExportFormat, (proposal: Proposal) => ExportedFiles>> = {
  "label-studio": labelStudioFiles,
  cvat: cvatFiles,
  coco: cocoFiles,
  yolo: yoloFiles,
  fiftyone: fiftyOneFiles,
  list: pathListFiles,
};

/** The files that a tool reads, best candidate first; the same proposal gives the same bytes. */
export function exportedFiles(format: ExportFormat, proposal: Proposal): ExportedFiles {
  return FILES_OF[format](proposal);
}
