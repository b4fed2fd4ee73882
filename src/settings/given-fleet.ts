import type { FleetSettings } from "#settings/settings.ts";

/**
 * What flags say of a fleet beats the config file. Where neither names a Redis the environment may, as TWINSIFT_FLEET: everybody on a machine can
 * read the flags of its processes, and so a password among them.
 */
export function givenFleet(
  fleet: FleetSettings,
  flags: { readonly redis: string | undefined; readonly storage: string | undefined },
  environment: NodeJS.ProcessEnv,
): FleetSettings {
  return {
    ...fleet,
    redis: flags.redis ?? fleet.redis ?? (environment.TWINSIFT_FLEET || null),
    storage: flags.storage ?? fleet.storage,
  };
}
