import { LRUCache } from "lru-cache";
import { orderedMap } from "#base/ordered-map.ts";
import type { Progress } from "#base/progress.ts";
import type { GrayPicture } from "#data/gray-picture.ts";
import type { ImageRecord } from "#data/image-record.ts";
import { MATCHES, type Match } from "#data/match.ts";
import type { MatchedPairs, PairList } from "#data/pair-list.ts";
import { decodeGray } from "#images/decode-gray.ts";
import { hashPixels } from "#images/hash-pixels.ts";
import type { Matcher } from "#matches/matcher.ts";

export interface PictureSource {
  /** By rank. */
  readonly images: readonly ImageRecord[];
  /** Where an image lies on disk; undefined where features came without pictures. */
  readonly pathOf: (id: string) => string | undefined;
  /** Larger pictures are not decoded. */
  readonly maxPixels: number;
  /** Compares pictures; undefined where pairs are not looked at. */
  readonly matcher: Matcher | undefined;
}

/** Longer side of the gray pictures that are laid over each other. */
const GRAY_SIDE = 160;
/** Gray pictures that are kept: pairs of one image follow each other. */
const KEPT_PICTURES = 2000;

/** Tells how two images resemble each other by looking at them; what was decoded last is kept. */
export class PictureMatcher {
  readonly #source: PictureSource;
  readonly #gray = new LRUCache<number, Promise<GrayPicture | undefined>>({ max: KEPT_PICTURES });
  readonly #pixels = new LRUCache<number, Promise<string>>({ max: 100 * KEPT_PICTURES });

  constructor(source: PictureSource) {
    this.#source = source;
  }

  /** Pairs that can be looked at the same time. */
  get concurrency(): number {
    return 2 * (this.#source.matcher?.threads ?? 1);
  }

  /** @param a, b ranks */
  async match(a: number, b: number): Promise<Match> {
    const { images, matcher } = this.#source;
    if (images[a].sha256 !== "" && images[a].sha256 === images[b].sha256) return "same-bytes";
    if (!matcher) return "similar";
    const [first, second] = await Promise.all([this.#grayOf(a), this.#grayOf(b)]);
    // what has vanished or broken since it was embedded cannot be looked at
    if (!first || !second) return "similar";
    const { isCopy, arePlain } = await matcher.compare(first, second);
    if ((isCopy || arePlain) && (await this.#haveSamePixels(a, b))) return "same-pixels";
    return isCopy ? "copy" : "similar";
  }

  async #haveSamePixels(a: number, b: number): Promise<boolean> {
    const { images } = this.#source;
    if (images[a].width !== images[b].width || images[a].height !== images[b].height) return false;
    const [left, right] = await Promise.all([this.#pixelsOf(a), this.#pixelsOf(b)]);
    return left !== "" && left === right;
  }

  #grayOf(rank: number): Promise<GrayPicture | undefined> {
    const known = this.#gray.get(rank);
    if (known) return known;
    const gray = this.#decode(rank, (path, maxPixels) => decodeGray(path, GRAY_SIDE, maxPixels));
    this.#gray.set(rank, gray);
    return gray;
  }

  #pixelsOf(rank: number): Promise<string> {
    const known = this.#pixels.get(rank);
    if (known) return known;
    const hash = this.#decode(rank, hashPixels).then((found) => found ?? "");
    this.#pixels.set(rank, hash);
    return hash;
  }

  async #decode<T>(rank: number, decode: (path: string, maxPixels: number) => Promise<T>): Promise<T | undefined> {
    const path = this.#source.pathOf(this.#source.images[rank].id);
    return path === undefined ? undefined : decode(path, this.#source.maxPixels).catch(() => undefined);
  }
}

/** Tells of every pair how its images resemble each other; rows are ranks. */
export async function matchPairs(pairs: PairList, pictures: PictureMatcher, progress: Progress): Promise<MatchedPairs> {
  const match = new Uint8Array(pairs.count);
  progress.update("match", "pairs", 0, pairs.count);
  const numbers = (function* () {
    for (let i = 0; i < pairs.count; i++) yield i;
  })();
  let done = 0;
  for await (const found of orderedMap(numbers, pictures.concurrency, (i) =>
    pictures.match(pairs.left[i], pairs.right[i]),
  )) {
    match[done++] = MATCHES.indexOf(found);
    progress.update("match", "pairs", done);
  }
  progress.finish("match");
  return { ...pairs, match };
}
