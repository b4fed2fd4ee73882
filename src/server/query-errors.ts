import type { ErrorObject } from "ajv";
import type { FastifySchemaValidationError } from "fastify";
import { didYouMean } from "#base/nearest-name.ts";
import { quoted } from "#server/refusal.ts";

/** What is wrong with the parameters of a URL, in a sentence. */
export function describeQueryError([error]: readonly FastifySchemaValidationError[]): Error {
  const { keyword, params, instancePath, parentSchema, data, message } = error as unknown as ErrorObject;
  if (keyword === "additionalProperties") {
    const wrong = String(params.additionalProperty);
    const known = Object.keys(parentSchema?.properties ?? {});
    const hint = known.length === 0 ? "; this route takes none" : didYouMean(wrong, known);
    return new Error(`Found the unknown parameter ${quoted(wrong)}${hint}`);
  }
  const name = instancePath.slice(1);
  const { type, minimum, maximum } = (parentSchema ?? {}) as { type?: string; minimum?: number; maximum?: number };
  const range = minimum === undefined || maximum === undefined ? "" : ` from ${minimum} to ${maximum}`;
  const expected = type === "integer" ? `a whole number${range}` : (message?.replace(/^must (be )?/, "") ?? type);
  if (Array.isArray(data)) return new Error(`Found the parameter "${name}" ${data.length} times, expected it once`);
  return new Error(`Found ${quoted(String(data))} as the parameter "${name}", expected ${expected}`);
}
