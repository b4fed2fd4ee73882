import { dirname, join } from "node:path";
import { makeFolder } from "#artifacts/make-folder.ts";
import { outputPaths } from "#artifacts/output-paths.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import type { Progress } from "#base/progress.ts";
import { firstModel, secondModel } from "#device/run-model.ts";
import type { Settings } from "#settings/settings.ts";

/** Where no images are configured, renders the sample set under output/sample and sets the run on it. */
export async function useSampleWhenEmpty(
  settings: Settings,
  progress: Progress,
): Promise<{ settings: Settings; isSample: boolean }> {
  if (settings.features !== null || settings.images.length + settings.references.length > 0) {
    return { settings, isSample: false };
  }
  await secondModel(settings, await firstModel(settings)); // a wrong model is told before anything is drawn
  const { sample } = outputPaths(settings.output);
  progress.note(`No images configured: rendering a sample data set into ${sample}`);
  // what draws it is only loaded here: runs on images of the user's need none of it
  const { renderSample } = await import("#sample/render-sample.ts");
  let count = 0;
  for await (const { path, content } of renderSample()) {
    const target = join(sample, path);
    await makeFolder(dirname(target));
    await writeWholeFile(target, [content]);
    progress.update("sample", "files", ++count);
  }
  progress.finish("sample");
  const labels = settings.labels.length > 0 ? settings.labels : [join(sample, "labels.csv")];
  return { settings: { ...settings, images: [join(sample, "images")], labels }, isSample: true };
}
