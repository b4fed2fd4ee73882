import type { ModelPreset } from "#data/model-preset.ts";
import { describeTensor, type OnnxFile, printable, type TensorDescription } from "#onnx/onnx-file.ts";
import { alignedTable } from "#terminal/aligned-table.ts";
import type { ModelCheck } from "./check-model.ts";

/** What was found out of a model, for a person. */
export function checkText(check: ModelCheck): string {
  const parts = [fileLines(check)];
  if (check.preset) parts.push(presetLines(check, check.preset));
  else if (check.suggestion) parts.push(suggestionLines(check, check.suggestion));
  else
    parts.push([
      "No preset is for it, and none can be proposed: expected one float input of pictures, [N, 3, H, W] or [N, H, W, 3].",
    ]);
  if (check.fitting.length > 0) {
    const what = check.preset ? "also has the names and shapes" : "has the names and shapes";
    parts.push([
      `It ${what} of: ${check.fitting.join(", ")} (which says nothing of mean, deviation and threshold; --preset NAME tries one)`,
    ]);
  }
  return printable(parts.map((lines) => `${lines.join("\n")}\n`).join("\n"));
}

/** The same for a program. */
export function checkJson({
  file,
  sha256,
  preset,
  by,
  fitting,
  candidates,
  suggestion,
  run,
  problem,
}: ModelCheck): string {
  const { path, bytes, irVersion, opsets, producer, inputs, outputs, weightFiles } = file;
  const content = {
    schema: "twinsift/model@1",
    ...{ path, bytes, sha256, producer, irVersion, opsets, inputs, outputs, weightFiles },
    preset: preset ? { ...preset, foundBy: by } : null,
    ...{ fitting, candidates },
    suggestion: suggestion ?? null,
    run: run ?? null,
    problem: problem?.message ?? null,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** A table of presets: what each is and where it comes from. */
export function presetsText(presets: readonly ModelPreset[]): string {
  const rows = presets.map((preset) => [
    preset.name,
    preset.dim === undefined ? "?" : String(preset.dim),
    `${preset.threshold} ${basis(preset)}`,
    preset.unverified?.map((what) => what.split(",")[0]).join(", ") ?? "",
  ]);
  const table = alignedTable([["preset", "dim", "threshold", "not verified"], ...rows], 4);
  const sources = presets.map(({ name, about, source }) => `${name}: ${about}\n  ${source ?? "source unknown"}\n`);
  return `${table}\nWhat they are, and where to fetch them\n\n${sources.join("")}`;
}

function basis({ thresholdFrom }: ModelPreset): string {
  if (!thresholdFrom) return "(a guess)";
  return "measured" in thresholdFrom ? "(measured)" : "(published)";
}

function fileLines({ file, sha256 }: ModelCheck): string[] {
  const operators = file.opsets.map(({ domain, version }) => (domain ? `${domain} ${version}` : String(version)));
  const weights = file.weightFiles.length === 0 ? "in the file" : `in ${file.weightFiles.join(", ")}`;
  return [
    file.path,
    `  ${(file.bytes / 1e6).toFixed(1)} MB, SHA-256 ${sha256}`,
    `  written by ${file.producer || "an unknown program"}, format ${file.irVersion}, operators ${operators.join(", ")}, weights ${weights}`,
    ...file.inputs.map((input) => `  input   ${describeTensor(input)}${describePictures(input)}`),
    ...file.outputs.map((output) => `  output  ${describeTensor(output)}`),
  ];
}

function describePictures({ shape }: TensorDescription): string {
  if (shape.length !== 4) return "";
  const [batch, ...lengths] = shape;
  const pictures =
    typeof batch === "number" ? `${batch} picture${batch === 1 ? "" : "s"} a run` : "any number of pictures";
  const isOpen = lengths.some((length) => typeof length === "string");
  return isOpen ? `: ${pictures}, any size: the preset's is used` : `: ${pictures}`;
}

function presetLines({ by, run, file }: ModelCheck, preset: ModelPreset): string[] {
  const found = by === "name" ? "as named" : `found by its ${by === "sha256" ? "SHA-256" : by}`;
  const { threshold, thresholdFrom: from, unverified } = preset;
  const reason = from
    ? "measured" in from
      ? `measured on ${from.measured}`
      : `published in ${from.published}`
    : "a guess";
  return [
    `Preset ${preset.name}, ${found}`,
    ...(preset.about ? [`  ${preset.about}`] : []),
    ...(run ? [runLine(file, run)] : []),
    ...(run && preset.dim !== undefined && preset.dim !== run.dim
      ? [`  The preset expects ${preset.dim} numbers: look whether it is for this file.`]
      : []),
    `  threshold ${threshold}: ${reason}`,
    ...(unverified?.length ? [`  not verified: ${unverified.join("; ")}`] : []),
  ];
}

function runLine(file: OnnxFile, run: NonNullable<ModelCheck["run"]>): string {
  const where = file.outputs.some(({ name }) => name === run.output) ? "" : ", within the graph";
  const pooled = run.pool === undefined ? "" : `, pool ${run.pool}`;
  return `  feature "${run.output}"${where}${pooled}: ${run.dim} numbers, ${run.millisecondsEach.toFixed(1)} ms a picture`;
}

function suggestionLines({ candidates, run, file }: ModelCheck, suggestion: ModelPreset): string[] {
  const { name, about: _, ...content } = suggestion;
  const shown = run?.pool === undefined ? content : { ...content, pool: run.pool };
  return [
    "No preset is for it. Tensors that may be the feature, likeliest first:",
    ...candidates.map(({ tensor, pool, why }) => `  "${tensor}"${pool ? `, pool ${pool}` : ""}: ${why}`),
    "",
    "A preset for the config file. Correct what it lists as unverified, then find the threshold with npm run calibrate:",
    withShortLists(JSON.stringify({ presets: { [name]: shown } }, null, 2)),
    ...(run ? ["", "With it, a run gave", runLine(file, run)] : []),
  ];
}

/** Lists of numbers and texts on one line, as a person would write them. */
function withShortLists(json: string): string {
  return json.replace(/\[\s*([^[\]{}]*?)\s*\]/g, (_, entries: string) => `[${entries.replace(/,\s*\n\s*/g, ", ")}]`);
}
