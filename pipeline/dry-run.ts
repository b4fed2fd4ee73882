import { outputPaths } from "#artifacts/output-paths.ts";
import { chosenViews } from "#settings/chosen-views.ts";
import { findModel } from "#settings/find-model.ts";
import type { Settings } from "#settings/settings.ts";
import { formatCount } from "#terminal/format.ts";
import { listFiles } from "./open-source.ts";

/** What a run with these settings would do; nothing is written. */
export async function describeDryRun(settings: Settings): Promise<string> {
  if (settings.features !== null)
    return `Would search the features in "${settings.features}" and write to "${settings.output}".`;
  const { file, preset } = findModel(settings);
  const { files, ignored } = await listFiles(settings, outputPaths(settings.output));
  const references = files.filter(({ reference }) => reference).length;
  const views = chosenViews(settings, preset);
  const pairs = (files.length * (files.length - 1)) / 2;
  return [
    `Would read ${formatCount(files.length)} files (${formatCount(references)} of them references; ${formatCount(ignored)} ignored),`,
    `embed them with ${preset.name} (${file}), with ${views.length > 0 ? `the views ${views.join(", ")}` : "no further views"},`,
    `compare ${formatCount(pairs)} pairs at threshold ${settings.threshold ?? preset.threshold},`,
    `rank up to ${formatCount(settings.candidates)} candidates farther than ${settings.dissimilar ?? preset.dissimilar} from every labeled image,`,
    `and write index, reports and runs to "${settings.output}".`,
  ].join("\n");
}
