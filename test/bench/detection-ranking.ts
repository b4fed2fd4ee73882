import { cpus } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { MatrixProduct } from "#search/matrix-product.ts";
import type { AllVectors } from "./detection-vectors.ts";
import { editNames, type Photo, WORK } from "./edited-photos.ts";
import { hammingDistance, perceptualHash } from "./perceptual-hash.ts";
import type { Ranked } from "./ranking.ts";

/** Ranked pairs, and who they are. */
export interface Ranking extends Ranked {
  /** KIND-STRENGTH/NAME of each right pair. */
  readonly edits: readonly string[];
  /** Edit (or photo) and photo of the wrong ones. */
  readonly wrongPairs: readonly (readonly [string, string])[];
}

/** Which of an image's vectors count: two images are as close as the closest of these. */
export type Slots = readonly number[];

/** Wrong pairs farther than this are not kept: no right one is farther that counts. */
const FARTHEST_VECTORS = 1;
const FARTHEST_HASHES = 0.35;
const BLOCK = 64;

/** Collects the pairs of one ranking. */
class RankingDraft {
  readonly #edits: readonly string[];
  readonly #right: Float64Array;
  readonly #wrong: { distance: number; pair: readonly [string, string] }[] = [];
  readonly #farthest: number;

  constructor(edits: readonly string[], farthest: number) {
    this.#edits = edits;
    this.#right = new Float64Array(edits.length).fill(Number.POSITIVE_INFINITY);
    this.#farthest = farthest;
  }

  addEdit(edit: number, photo: string, distance: number): void {
    const name = this.#edits[edit];
    if (name.slice(name.indexOf("/") + 1) === photo) this.#right[edit] = distance;
    else this.addPhotos(name, photo, distance);
  }

  addPhotos(one: string, other: string, distance: number): void {
    if (distance < this.#farthest) this.#wrong.push({ distance, pair: [one, other] });
  }

  finish(): Ranking {
    const wrong = this.#wrong.sort((a, b) => a.distance - b.distance);
    return {
      edits: this.#edits,
      right: this.#right,
      wrong: Float64Array.from(wrong, ({ distance }) => distance),
      wrongPairs: wrong.map(({ pair }) => pair),
    };
  }
}

/** Every edit against every photo, and all photos among each other: a ranking for each choice of slots. */
export async function rankVectors({ values, dim, slots, ids }: AllVectors, choices: readonly Slots[]) {
  const rows = [...ids.keys()];
  const photoRows = rows.filter((row) => ids[row].startsWith("photos/"));
  const editRows = rows.filter((row) => ids[row].startsWith("edits/"));
  const photos = photoRows.map((row) => nameOf(ids[row]));
  const edits = editRows.map((row) => ids[row].slice("edits/".length).replace(/\.jpg$/, ""));
  const drafts = choices.map(() => new RankingDraft(edits, FARTHEST_VECTORS));
  const vectorsOf = (some: readonly number[]) => {
    const taken = new Float32Array(some.length * slots * dim);
    for (const [i, row] of some.entries()) {
      taken.set(values.subarray(row * slots * dim, (row + 1) * slots * dim), i * slots * dim);
    }
    return taken;
  };
  const product = await MatrixProduct.open({ device: "cpu", threads: cpus().length });
  const base = vectorsOf(photoRows);
  const all = [...editRows, ...photoRows];
  const drafted = (number: number, photo: number, distances: readonly number[]) => {
    for (const [choice, distance] of distances.entries()) {
      if (number < edits.length) drafts[choice].addEdit(number, photos[photo], distance);
      else drafts[choice].addPhotos(photos[number - edits.length], photos[photo], distance);
    }
  };
  for (let first = 0; first < all.length; first += BLOCK) {
    const block = all.slice(first, first + BLOCK);
    const cosines = await product.multiply(vectorsOf(block), base, dim);
    for (let i = 0; i < block.length; i++) {
      const number = first + i;
      const end = number < edits.length ? photos.length : number - edits.length;
      for (let photo = 0; photo < end; photo++) {
        const at = { i, photo, slots, photos: photos.length };
        drafted(
          number,
          photo,
          choices.map((counted) => closest(cosines, at, counted)),
        );
      }
    }
  }
  return drafts.map((draft) => draft.finish());
}

/** Distance of the closest vectors of two images, of the slots that count. */
function closest(
  cosines: Float32Array,
  { i, photo, slots, photos }: { i: number; photo: number; slots: number; photos: number },
  counted: Slots,
): number {
  let largest = -1;
  for (const a of counted) {
    const first = (i * slots + a) * photos * slots + photo * slots;
    for (const b of counted) if (cosines[first + b] > largest) largest = cosines[first + b];
  }
  return Math.sqrt(Math.max(0, 2 - 2 * largest));
}

function nameOf(id: string): string {
  return id
    .slice(id.indexOf("/") + 1)
    .replaceAll("/", "_")
    .replace(/\.\w+$/, "");
}

/** The same pairs by a hash of 64 bits; distances are shares of differing bits. */
export async function rankHashes(all: readonly Photo[]): Promise<Ranking> {
  const limit = pLimit(2 * cpus().length);
  const hashed = (paths: readonly string[]) => Promise.all(paths.map((path) => limit(() => perceptualHash(path))));
  const edits = editNames();
  const ofEdits = await hashed(edits.map((edit) => join(WORK, "edits", `${edit}.jpg`)));
  const ofPhotos = await hashed(all.map(({ path }) => path));
  const draft = new RankingDraft(edits, FARTHEST_HASHES);
  for (const [photo, { name }] of all.entries()) {
    for (const [edit, bits] of ofEdits.entries()) {
      draft.addEdit(edit, name, hammingDistance(bits, ofPhotos[photo]) / 64);
    }
    for (let other = 0; other < photo; other++) {
      draft.addPhotos(name, all[other].name, hammingDistance(ofPhotos[photo], ofPhotos[other]) / 64);
    }
  }
  return draft.finish();
}
