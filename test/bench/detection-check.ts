import { cpus } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { decodeGray } from "#images/decode-gray.ts";
import { Matcher } from "#matches/matcher.ts";
import type { Ranking } from "./detection-ranking.ts";
import { type Photo, WORK } from "./edited-photos.ts";

/** Wrong pairs that are looked at: those beyond would not be candidates at any useful threshold. */
const MOST_WRONG = 8_000;
const GRAY_SIDE = 160;

/** Lays the pictures of pairs over each other, as the pipeline does; what was seen once is remembered. */
export class PairChecker {
  readonly #paths: ReadonlyMap<string, string>;
  readonly #matcher = new Matcher(cpus().length);
  readonly #limit = pLimit(3 * cpus().length);
  readonly #known = new Map<string, Promise<boolean>>();

  constructor(all: readonly Photo[]) {
    this.#paths = new Map(all.map(({ name, path }) => [name, path]));
  }

  /** The ranking without the pairs that are no copies when they are looked at. */
  async keepCopies(ranking: Ranking): Promise<Ranking> {
    const farthest = ranking.wrong[Math.min(MOST_WRONG, ranking.wrong.length) - 1] ?? Number.POSITIVE_INFINITY;
    const start = performance.now();
    const right = await Promise.all(
      [...ranking.right].map(async (distance, i) => {
        const name = ranking.edits[i];
        const isKept = distance <= farthest && (await this.#isCopy(name.slice(name.indexOf("/") + 1), name));
        return isKept ? distance : Number.POSITIVE_INFINITY;
      }),
    );
    const looked = ranking.wrongPairs.slice(0, MOST_WRONG);
    const wrongIsCopy = await Promise.all(looked.map(([a, b]) => this.#isCopy(b, a)));
    const seconds = (performance.now() - start) / 1000;
    console.error(`  looked at pairs up to ${farthest.toFixed(3)} in ${seconds.toFixed(0)} s; wrong ones told copies:`);
    for (const [i, pair] of looked.entries()) {
      if (wrongIsCopy[i]) console.error(`    ${ranking.wrong[i].toFixed(3)} ${pair.join(" · ")}`);
    }
    return {
      edits: ranking.edits,
      right: Float64Array.from(right),
      wrong: ranking.wrong.filter((_, i) => wrongIsCopy[i]),
      wrongPairs: ranking.wrongPairs.filter((_, i) => wrongIsCopy[i]),
    };
  }

  close(): Promise<void> {
    return this.#matcher.close();
  }

  #isCopy(a: string, b: string): Promise<boolean> {
    const key = `${a}\n${b}`;
    const known = this.#known.get(key);
    if (known) return known;
    const seen = this.#limit(async () => {
      const paths = [a, b].map((name) => this.#paths.get(name) ?? join(WORK, "edits", `${name}.jpg`));
      const [first, second] = await Promise.all(paths.map((path) => decodeGray(path, GRAY_SIDE, 1e9)));
      return (await this.#matcher.compare(first, second)).isCopy;
    });
    this.#known.set(key, seen);
    return seen;
  }
}
