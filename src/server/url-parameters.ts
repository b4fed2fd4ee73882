import type { ErrorObject } from "ajv";
import type { FastifyRequest, FastifySchemaValidationError } from "fastify";
import { didYouMean } from "#base/nearest-name.ts";
import { quoted } from "#server/refusal.ts";

/**
 * Makes of the parameters of a URL what the schema of their route says they are, where they are that: whole numbers in digits, `true` and
 * `false`. Ajv would take "Infinity" and "0x10" for numbers.
 */
export async function readParameters(request: FastifyRequest): Promise<void> {
  const { properties } = (request.routeOptions.schema?.querystring ?? {}) as { properties?: Record<string, Property> };
  const query = request.query as Record<string, unknown>;
  for (const [name, value] of Object.entries(query)) {
    const type = Object.hasOwn(properties ?? {}, name) ? properties?.[name].type : undefined;
    if (type === "integer" && /^-?\d+$/.test(String(value)) && typeof value === "string") query[name] = Number(value);
    if (type === "boolean" && (value === "true" || value === "false")) query[name] = value === "true";
  }
}

interface Property {
  readonly type?: string;
}

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
  const kinds: Readonly<Record<string, string>> = { integer: `a whole number${range}`, boolean: "true or false" };
  const expected = kinds[type ?? ""] ?? message?.replace(/^must (be )?/, "");
  if (Array.isArray(data)) return new Error(`Found the parameter "${name}" ${data.length} times, expected it once`);
  return new Error(`Found ${quoted(String(data))} as the parameter "${name}", expected ${expected}`);
}
