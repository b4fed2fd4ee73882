import { realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { OnnxFile } from "#onnx/onnx-file.ts";

/**
 * Paths of the files that a model's weights lie in, beside its own. A model is a file from elsewhere: it must not make the program read
 * what lies outside its folder.
 *
 * @throws PipelineError `input` for a file that is missing or outside the model's folder, also by a symbolic link
 */
export function weightPaths({ path, weightFiles }: OnnxFile): string[] {
  if (weightFiles.length === 0) return [];
  const folder = dirname(resolve(path));
  return weightFiles.map((location) => {
    const file = resolve(folder, location);
    if (isAbsolute(location) || /[\\\0]/.test(location) || !isWithin(folder, file)) {
      throw outside(path, location, "names a file outside the model's folder");
    }
    let actual: string;
    try {
      actual = realpathSync(file);
      if (!statSync(actual).isFile()) throw new Error("it is no file");
    } catch (error) {
      throw new PipelineError(
        "input",
        `Model "${path}" has weights in "${location}", which cannot be read: ${messageOf(error)}; put that file into the model's folder`,
        { cause: error },
      );
    }
    if (!isWithin(realpathSync(folder), actual)) throw outside(path, location, `is a link to "${actual}"`);
    return file;
  });
}

function isWithin(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== "" && path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

function outside(model: string, location: string, what: string): PipelineError {
  return new PipelineError(
    "input",
    `Model "${model}" is refused: its weights lie in "${location}", which ${what}; expected a file in that folder: copy it there, and export the model so that it names it`,
  );
}
