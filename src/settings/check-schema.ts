import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { didYouMean } from "#base/nearest-name.ts";
import { PipelineError } from "#base/pipeline-error.ts";

const SCHEMA_FILE = new URL("../../config/schema.json", import.meta.url);

const ajv = new Ajv({
  verbose: true,
  useDefaults: true,
  allowUnionTypes: true,
  // the schema is ours and a test holds it against JSON Schema's own, which would take a third of a start
  validateSchema: false,
  meta: false,
  // what checks a few small files need not be quick itself
  code: { optimize: false },
});
ajv.addSchema(JSON.parse(readFileSync(SCHEMA_FILE, "utf8")), "settings");

/**
 * Holds parsed JSON against config/schema.json; presets get their defaults filled in.
 *
 * @param part the whole settings, or one preset
 * @throws PipelineError `settings` naming the file, the key, what was found and what was expected
 */
export function checkSchema(part: "settings" | "preset", content: unknown, file: string): void {
  const validate = ajv.getSchema(part === "settings" ? "settings" : "settings#/definitions/preset") as ValidateFunction;
  if (validate(content)) return;
  const [error] = validate.errors as ErrorObject[];
  throw new PipelineError("settings", `Cannot use "${file}": ${describe(error)}`);
}

function describe({ keyword, params, instancePath, parentSchema, message, data }: ErrorObject): string {
  const where = instancePath.slice(1).replaceAll("/", ".");
  if (keyword === "additionalProperties") {
    const wrong = String(params.additionalProperty);
    const known = Object.keys(parentSchema?.properties ?? {}).filter((key) => key !== "$schema");
    return `found unknown key "${where === "" ? wrong : `${where}.${wrong}`}"${didYouMean(wrong, known)}`;
  }
  const expected =
    keyword === "enum" ? `one of ${params.allowedValues.join(", ")}` : message?.replace(/^must (be )?/, "");
  const found = keyword === "required" ? "" : `, found ${JSON.stringify(data)}`;
  return `expected ${where === "" ? "the file" : `"${where}"`} to be ${expected}${found}`.replace(
    "to be have",
    "to have",
  );
}
