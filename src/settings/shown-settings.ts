import type { Settings } from "#settings/settings.ts";

/** Settings as reports may tell them: without what is secret. */
export function shownSettings(settings: Settings): Settings {
  const { serve, fleet } = settings;
  return {
    ...settings,
    serve: { ...serve, token: serve.token === null ? null : "(secret)" },
    fleet: { ...fleet, redis: fleet.redis === null ? null : withoutPassword(fleet.redis) },
  };
}

/** An address that cannot be parsed may hold a password anywhere. */
function withoutPassword(address: string): string {
  if (!URL.canParse(address)) return "(secret)";
  const url = new URL(address);
  if (url.password !== "") url.password = "(secret)";
  // some give the password alone, in the place of the name
  else if (url.username !== "") url.username = "(secret)";
  // ioredis would take a password from here too
  if (url.search !== "") url.search = "(secret)";
  return url.href;
}
