import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { checkSchema } from "#settings/check-schema.ts";
import type { Settings } from "#settings/settings.ts";

const DEFAULT_FILE = new URL("../../config/default.json", import.meta.url);

/**
 * The settings of a run: flags beat the config file, which beats the defaults. Paths of the config file are relative to it, those
 * of flags and defaults to the working folder.
 *
 * @param flags settings from the command line, undefined where not given
 * @throws PipelineError `settings` for an unreadable file, an unknown key (naming the nearest), or a wrong value
 */
export function readSettings(
  configFile: string | undefined,
  flags: { [key in keyof Settings]?: Settings[key] },
): Settings {
  const defaults = JSON.parse(readFileSync(DEFAULT_FILE, "utf8")) as Settings;
  const fromFile = configFile === undefined ? {} : readConfig(configFile);
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  checkSchema("settings", given, "the command line");
  const settings = { ...merged(defaults, fromFile), ...given };
  return { ...settings, labels: listOf(settings.labels) };
}

function readConfig(file: string): Partial<Settings> {
  let content: Partial<Settings>;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new PipelineError("settings", `Cannot read config file "${file}" as JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  checkSchema("settings", content, file);
  return withAbsolutePaths(content, dirname(resolve(file)));
}

function withAbsolutePaths(content: Partial<Settings>, folder: string): Partial<Settings> {
  const absolute = (path: string) => resolve(folder, path);
  const optional = (path: string | null | undefined) => (typeof path === "string" ? absolute(path) : path);
  const modelPath = (model: string | null | undefined) => (model?.endsWith(".onnx") ? absolute(model) : model);
  const paths = {
    images: content.images?.map(absolute),
    references: content.references?.map(absolute),
    labels: content.labels === undefined ? undefined : listOf(content.labels).map(absolute),
    features: optional(content.features),
    output: optional(content.output),
    decisions: optional(content.decisions),
    model: modelPath(content.model),
    secondModel: modelPath(content.secondModel),
    serve: content.serve?.addTo ? { ...content.serve, addTo: absolute(content.serve.addTo) } : content.serve,
    fleet: withAbsoluteStorage(content.fleet, absolute),
  };
  const { $schema: _, ...rest } = content as Partial<Settings> & { $schema?: string };
  return { ...rest, ...Object.fromEntries(Object.entries(paths).filter(([, path]) => path !== undefined)) };
}

/** A bucket is no path. */
function withAbsoluteStorage(
  fleet: Settings["fleet"] | undefined,
  absolute: (path: string) => string,
): Settings["fleet"] | undefined {
  if (!fleet?.storage || fleet.storage.startsWith("s3://")) return fleet;
  return { ...fleet, storage: absolute(fleet.storage) };
}

/** Labels as a config file may name them. */
function listOf(labels: Settings["labels"] | string | null): readonly string[] {
  if (labels === null) return [];
  return typeof labels === "string" ? [labels] : labels;
}

/** One level of sections: a section of the file fills in only the keys that it has. */
function merged(defaults: Settings, fromFile: Partial<Settings>): Settings {
  const sections = ["scan", "extract", "index", "search", "cluster", "select", "serve", "fleet"] as const;
  const filled = Object.fromEntries(sections.map((name) => [name, { ...defaults[name], ...fromFile[name] }]));
  return { ...defaults, ...fromFile, ...filled };
}
