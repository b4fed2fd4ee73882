import { cpus } from "node:os";
import { join } from "node:path";
import { orderedMap } from "#base/ordered-map.ts";
import { PictureReader } from "#images/picture-reader.ts";
import { Matcher } from "#matches/matcher.ts";
import { PictureMatcher } from "../../pipeline/4-match.ts";
import type { Ranking } from "./detection-ranking.ts";
import { type Photo, WORK } from "./edited-photos.ts";

/** Wrong pairs that are looked at: those beyond would not be candidates at any useful threshold. */
const MOST_WRONG = 16_000;
const PAIRS_AT_ONCE = 64;

/** Edit (or photo) and photo. */
type Pair = readonly [string, string];

/** Lays the pictures of pairs over each other, as the pipeline does; what was seen once is remembered. */
export class PairChecker {
  readonly #matcher = new Matcher(cpus().length);
  readonly #reader = new PictureReader(
    { maxPixels: 1e9, maxDecodedBytes: 4e9, maxSeconds: 600, maxMemory: 8192 },
    cpus().length,
  );
  readonly #pictures: PictureMatcher;
  readonly #rankOf: ReadonlyMap<string, number>;
  readonly #known = new Map<string, boolean>();

  /** @param edits KIND-STRENGTH/NAME of each */
  constructor(all: readonly Photo[], edits: readonly string[]) {
    const editPaths = edits.map((name) => [name, join(WORK, "edits", `${name}.jpg`)] as const);
    const paths = new Map([...all.map(({ name, path }) => [name, path] as const), ...editPaths]);
    this.#rankOf = new Map([...paths.keys()].map((name, rank) => [name, rank]));
    // of unlike sizes, as equal pixels are of no interest here
    const images = [...paths.keys()].map((id, width) => {
      return { id, width, height: 1, bytes: 0, sha256: "", reference: false, folderLabel: "" };
    });
    const pathOf = (id: string) => paths.get(id);
    const sources = { reader: this.#reader, matcher: this.#matcher, known: undefined };
    this.#pictures = new PictureMatcher({ images, pathOf, ...sources });
  }

  /** The ranking without the pairs that are no copies when they are looked at. */
  async keepCopies(ranking: Ranking): Promise<Ranking> {
    const farthest = ranking.wrong[Math.min(MOST_WRONG, ranking.wrong.length) - 1] ?? Number.POSITIVE_INFINITY;
    const originals = ranking.edits.map((name): Pair => [name, name.slice(name.indexOf("/") + 1)]);
    const right = originals.filter((_, i) => ranking.right[i] <= farthest);
    await this.#look("edits", right);
    const looked = ranking.wrongPairs.slice(0, MOST_WRONG);
    await this.#look(`wrong pairs up to ${farthest.toFixed(3)}`, looked);
    for (const [i, pair] of looked.entries()) {
      if (this.#isCopy(pair)) console.error(`    told copies: ${ranking.wrong[i].toFixed(3)} ${pair.join(" · ")}`);
    }
    const isKept = (distance: number, i: number) => distance <= farthest && this.#isCopy(originals[i]);
    return {
      edits: ranking.edits,
      right: ranking.right.map((distance, i) => (isKept(distance, i) ? distance : Number.POSITIVE_INFINITY)),
      wrong: ranking.wrong.filter((_, i) => this.#isCopy(ranking.wrongPairs[i])),
      wrongPairs: ranking.wrongPairs.filter((pair) => this.#isCopy(pair)),
    };
  }

  async close(): Promise<void> {
    await this.#matcher.close();
    await this.#reader.close();
  }

  async #look(what: string, pairs: readonly Pair[]): Promise<void> {
    const start = performance.now();
    const unknown = pairs.filter((pair) => !this.#known.has(pair.join("\n")));
    const chunks = Array.from({ length: Math.ceil(unknown.length / PAIRS_AT_ONCE) }, (_, i) =>
      unknown.slice(i * PAIRS_AT_ONCE, (i + 1) * PAIRS_AT_ONCE),
    );
    const rank = (name: string) => this.#rankOf.get(name) as number;
    const matched = orderedMap(chunks, this.#pictures.concurrency, async (chunk) => {
      const matches = await this.#pictures.matchAll(chunk.map(([a, b]) => [rank(a), rank(b)]));
      return chunk.map((pair, i) => ({ pair, isCopy: matches[i] !== "similar" }));
    });
    for await (const chunk of matched) for (const { pair, isCopy } of chunk) this.#known.set(pair.join("\n"), isCopy);
    const seconds = (performance.now() - start) / 1000;
    const each = (1000 * seconds) / Math.max(1, unknown.length);
    console.error(`  looked at ${unknown.length} ${what} in ${seconds.toFixed(0)} s, ${each.toFixed(2)} ms each`);
  }

  #isCopy(pair: Pair): boolean {
    return this.#known.get(pair.join("\n")) ?? false;
  }
}
