import { LRUCache } from "lru-cache";
import type { MatchLog } from "#artifacts/match-log.ts";
import { chunksOf } from "#base/chunks-of.ts";
import { orderedMap } from "#base/ordered-map.ts";
import type { Progress } from "#base/progress.ts";
import { showsNothing } from "#candidates/shows-nothing.ts";
import type { GrayBytes } from "#data/gray-picture.ts";
import type { ImageRecord } from "#data/image-record.ts";
import { MATCHES, type Match } from "#data/match.ts";
import type { MatchedPairs, PairList } from "#data/pair-list.ts";
import type { PictureReader } from "#images/picture-reader.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import type { FirstLook } from "#matches/match-worker.ts";
import { GRAY_SIDE, type Matcher, smallPicture } from "#matches/matcher.ts";

export interface PictureSource {
  /** By rank. */
  readonly images: readonly ImageRecord[];
  /** Where an image lies on disk; undefined where features came without pictures. */
  readonly pathOf: (id: string) => string | undefined;
  /** Undefined where features came without pictures. */
  readonly reader: PictureReader | undefined;
  /** Compares pictures; undefined where pairs are not looked at. */
  readonly matcher: Matcher | undefined;
  /** What earlier looks told; undefined where nothing is kept. */
  readonly known: KnownMatches | undefined;
}

/** Matches of pairs of ranks that are kept. */
export interface KnownMatches {
  get(a: number, b: number): Match | undefined;
  add(a: number, b: number, match: Match): void;
  /** Puts what was added on disk, once there is enough of it. */
  save(): Promise<void>;
}

/** What is kept by rows, by ranks. */
export function matchesOfRanks(log: MatchLog, rowOfRank: Uint32Array): KnownMatches {
  return {
    get: (a, b) => log.get(rowOfRank[a], rowOfRank[b]),
    add: (a, b, match) => log.add(rowOfRank[a], rowOfRank[b], match),
    save: () => log.save(),
  };
}

/** Pictures that are kept, of about 19 KB and 3 KB: pairs of one image follow each other, those of its partners come later. */
const KEPT_GRAY = 3000;
const KEPT_SMALL = 80_000;
/** Pairs that get their first look together. */
const PAIRS_AT_ONCE = 64;

type Pair = readonly [a: number, b: number];

/** Tells how two images resemble each other by looking at them; what was decoded last is kept. */
export class PictureMatcher {
  readonly #source: PictureSource;
  readonly #gray = new LRUCache<number, Promise<GrayBytes | undefined>>({ max: KEPT_GRAY });
  readonly #small = new LRUCache<number, Promise<GrayBytes | undefined>>({ max: KEPT_SMALL });
  readonly #pixels = new LRUCache<number, Promise<string | undefined>>({ max: 2 * KEPT_SMALL });

  constructor(source: PictureSource) {
    this.#source = source;
  }

  /** Calls of `matchAll` that keep all threads busy. */
  get concurrency(): number {
    return 2 * (this.#source.matcher?.threads ?? 1);
  }

  /** @param a, b ranks */
  async match(a: number, b: number): Promise<Match> {
    return (await this.matchAll([[a, b]]))[0];
  }

  /**
   * The match of each pair: what earlier runs saw where the pair is known. A first look at small pictures, which are decoded once, tells
   * most that are unlike.
   */
  async matchAll(pairs: readonly Pair[]): Promise<Match[]> {
    const known = pairs.map((pair) => this.knownMatch(pair));
    const looks = await this.#lookAt(pairs.filter((_, i) => known[i] === undefined));
    return Promise.all(pairs.map((pair, i) => known[i] ?? this.#matchAfter(pair, looks.get(pair))));
  }

  /** Whether a picture is blank, or cannot be read any more. */
  async showsNothing(rank: number): Promise<boolean> {
    if (this.#source.pathOf(this.#source.images[rank].id) === undefined) return false;
    const gray = await this.#grayOf(rank);
    return !gray || showsNothing(gray);
  }

  /** What is known of a pair without looking at its pictures. */
  knownMatch(pair: Pair): Match | undefined {
    return this.#haveSameBytes(pair) ? "same-bytes" : this.#source.known?.get(...pair);
  }

  /** What has vanished or broken since it was embedded cannot be looked at. */
  async #lookAt(pairs: readonly Pair[]): Promise<Map<Pair, FirstLook>> {
    const { matcher } = this.#source;
    if (!matcher || pairs.length === 0) return new Map();
    const ranks = [...new Set(pairs.flat())];
    const found = await Promise.all(ranks.map(async (rank) => ({ rank, small: await this.#smallOf(rank) })));
    const pictures = found.flatMap(({ rank, small }) => (small ? [{ rank, small }] : []));
    const placeOf = new Map(pictures.map(({ rank }, place) => [rank, place]));
    const seen = pairs.flatMap((pair) => {
      const [first, second] = pair.map((rank) => placeOf.get(rank));
      return first === undefined || second === undefined ? [] : [{ pair, places: [first, second] as const }];
    });
    const looks = await matcher.look(
      pictures.map(({ small }) => small),
      seen.map(({ places }) => places),
    );
    return new Map(seen.map(({ pair }, i) => [pair, looks[i]]));
  }

  /** A pair that could not be looked at is similar for now, and looked at again by the next run. */
  async #matchAfter(pair: Pair, look: FirstLook | undefined): Promise<Match> {
    const match = look && (await this.#seen(pair, look));
    if (match) this.#source.known?.add(...pair, match);
    return match ?? "similar";
  }

  async #seen(pair: Pair, { places, arePlain }: FirstLook): Promise<Match | undefined> {
    const isCopy = places.length > 0 ? await this.#isCopy(pair, places) : false;
    if (isCopy === undefined) return undefined;
    if (!isCopy && !arePlain) return "similar";
    const samePixels = await this.#haveSamePixels(pair);
    if (samePixels === undefined) return undefined;
    if (samePixels) return "same-pixels";
    return isCopy ? "copy" : "similar";
  }

  async #isCopy([a, b]: Pair, places: FirstLook["places"]): Promise<boolean | undefined> {
    const [first, second] = await Promise.all([this.#grayOf(a), this.#grayOf(b)]);
    if (!first || !second) return undefined;
    return (await this.#source.matcher?.compare(first, second, places))?.isCopy ?? false;
  }

  #haveSameBytes([a, b]: Pair): boolean {
    const { images } = this.#source;
    return images[a].sha256 !== "" && images[a].sha256 === images[b].sha256;
  }

  async #haveSamePixels([a, b]: Pair): Promise<boolean | undefined> {
    const { images } = this.#source;
    if (images[a].width !== images[b].width || images[a].height !== images[b].height) return false;
    const [left, right] = await Promise.all([this.#pixelsOf(a), this.#pixelsOf(b)]);
    return left === undefined || right === undefined ? undefined : left === right;
  }

  #grayOf(rank: number): Promise<GrayBytes | undefined> {
    return kept(this.#gray, rank, () => this.#decode(rank, (path, reader) => reader.gray(path, GRAY_SIDE)));
  }

  #smallOf(rank: number): Promise<GrayBytes | undefined> {
    return kept(this.#small, rank, () => this.#grayOf(rank).then((gray) => gray && smallPicture(gray)));
  }

  #pixelsOf(rank: number): Promise<string | undefined> {
    return kept(this.#pixels, rank, () => this.#decode(rank, (path, reader) => reader.hashPixels(path)));
  }

  /** Puts what was seen on disk, once there is enough of it. */
  async save(): Promise<void> {
    await this.#source.known?.save();
  }

  async #decode<T>(rank: number, decode: (path: string, reader: PictureReader) => Promise<T>): Promise<T | undefined> {
    const { images, pathOf, reader } = this.#source;
    const path = pathOf(images[rank].id);
    if (path === undefined || !reader) return undefined;
    return decode(path, reader).catch((error) => {
      if (!(error instanceof UnreadablePicture)) throw error;
      return undefined;
    });
  }
}

/** Tells of every pair how its images resemble each other; rows are ranks. */
export async function matchPairs(pairs: PairList, pictures: PictureMatcher, progress: Progress): Promise<MatchedPairs> {
  const { left, right, count } = pairs;
  const match = new Uint8Array(count);
  const unknown: number[] = [];
  for (let i = 0; i < count; i++) {
    const known = pictures.knownMatch([left[i], right[i]]);
    if (known === undefined) unknown.push(i);
    else match[i] = MATCHES.indexOf(known);
  }
  progress.update("match", "pairs", count - unknown.length, count);
  let done = 0;
  const look = (some: readonly number[]) => pictures.matchAll(some.map((i): Pair => [left[i], right[i]]));
  for await (const found of orderedMap(chunksOf(unknown, PAIRS_AT_ONCE), pictures.concurrency, look)) {
    for (const each of found) match[unknown[done++]] = MATCHES.indexOf(each);
    progress.update("match", "pairs", count - unknown.length + done);
    await pictures.save();
  }
  progress.finish("match");
  return { ...pairs, match };
}

/** What is kept for a rank, or else is made now. */
function kept<T extends object>(cache: LRUCache<number, T>, rank: number, make: () => T): T {
  const known = cache.get(rank);
  if (known) return known;
  const made = make();
  cache.set(rank, made);
  return made;
}
