import { totalmem } from "node:os";
import type { Settings } from "#settings/settings.ts";

/** Bytes to stay within: what the settings say, or a quarter of what the machine, a container or a unit has. */
export function memoryLimit({ limitMemory }: Pick<Settings, "limitMemory">): number {
  if (limitMemory !== null) return limitMemory * 2 ** 20;
  // 0 where the system does not say
  const allowed = process.constrainedMemory();
  return Math.min(totalmem(), allowed > 0 ? allowed : Number.POSITIVE_INFINITY) / 4;
}
