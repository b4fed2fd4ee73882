import type { SeededRandom } from "#base/seeded-random.ts";
import type { RawOptions } from "../support/raw-request.ts";
import type { HostilePictures } from "./hostile-pictures.ts";

/** A request that must be refused. */
export interface HostileRequest {
  readonly kind: string;
  /** What is sent, one after the other. */
  readonly parts: readonly (string | Buffer)[];
  readonly options?: RawOptions;
  /** Whether the connection may be closed without an answer: what is sent is no HTTP, or does not come. */
  readonly mayClose?: true;
}

export interface Scene {
  /** Absolute path of a file that no answer may hold. */
  readonly secret: string;
  readonly pictures: HostilePictures;
  /** Bodies beyond are too large. */
  readonly maxBodyBytes: number;
}

export const HOST = "Host: localhost\r\n";

/** Makes requests of one kind. */
export type Maker = (random: SeededRandom, scene: Scene) => Omit<HostileRequest, "kind">;
