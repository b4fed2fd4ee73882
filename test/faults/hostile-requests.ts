import { SeededRandom } from "#base/seeded-random.ts";
import { ADDRESSES } from "./hostile-addresses.ts";
import { BODIES } from "./hostile-bodies.ts";
import type { HostileRequest, Maker, Scene } from "./hostile-request.ts";

const KINDS: Readonly<Record<string, Maker>> = { ...ADDRESSES, ...BODIES };

/** So many requests of all kinds, the same for the same seed. */
export function hostileRequests(count: number, seed: number, scene: Scene): HostileRequest[] {
  const random = new SeededRandom(seed);
  const kinds = Object.keys(KINDS);
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length];
    return { kind, ...KINDS[kind](random, scene) };
  });
}
