import { cpus } from "node:os";
import { buffered } from "#base/bounded-buffer.ts";
import { sha256 } from "#base/fingerprint.ts";
import { orderedMap } from "#base/ordered-map.ts";
import { cellsBetween, imagesOf, inSlots, measurable, type SlottedVectors } from "#calibration/closest-vectors.ts";
import type { CopyMaker } from "#calibration/copy-maker.ts";
import { type DrawnSample, joined, type SampleOptions } from "#calibration/draw-sample.ts";
import type { FalsePair, OwnCopy, SampleDistances } from "#calibration/sample-distances.ts";
import type { ThresholdGrid } from "#calibration/threshold-grid.ts";
import { pairsAmong } from "#data/pair-list.ts";
import { embedPictures } from "#features/embed-pictures.ts";
import { MatrixProduct } from "#search/matrix-product.ts";

/** Edited copies of each original: half of the kinds, so that a sample has each of them for half of its originals. */
export const COPIES_EACH = 14;
/** Thresholds at which more couples of originals are pairs are of no use: one in a hundred, but for small samples. */
const USEFUL_SHARE = 0.01;
const USEFUL_COUPLES = 500;
/** Originals that are measured at once. */
const BLOCK_ROWS = 32;
/** Pictures whose copies are made while those before are embedded. */
const PICTURES_AHEAD = 2;

/**
 * Makes edited copies of the originals of a sample, embeds them, and measures how far they are from their own original and from the others,
 * and the originals from each other.
 */
export async function measureSample(
  { images, vectors }: DrawnSample,
  maker: CopyMaker,
  grid: ThresholdGrid,
  options: SampleOptions,
): Promise<SampleDistances> {
  const product = await MatrixProduct.open({ device: "cpu", threads: cpus().length });
  const originals = measurable(vectors);
  const among = await couplesAmong(originals, images.length, (block) => cellsBetween(block, originals, grid, product));
  const lastCell = lastUsefulCell(among);
  const near: FalsePair[] = [];
  let couple = 0;
  for (let second = 0; second < images.length; second++) {
    for (let first = 0; first < second; first++, couple++) {
      if (among[couple] <= lastCell) near.push({ first, second, cell: among[couple] });
    }
  }
  const own: OwnCopy[] = [];
  for await (const { original, kinds, copies } of embeddedCopies({ images, vectors }, maker, options)) {
    const cells = await cellsBetween(copies, originals, grid, product);
    for (const [place, cell] of cells.entries()) {
      const other = place % images.length;
      const [first, second] = [Math.min(original, other), Math.max(original, other)];
      if (other === original) own.push({ original, kind: kinds[Math.floor(place / images.length)], cell });
      else if (cell <= lastCell) near.push({ first, second, cell });
    }
  }
  return { originals: images.length, own, near, lastCell };
}

/** Cells of originals with each other: of number 1 with 0, of 2 with 0 and 1, and so on. */
async function couplesAmong(
  vectors: SlottedVectors,
  count: number,
  measure: (block: SlottedVectors) => Promise<Uint32Array>,
): Promise<Uint32Array> {
  const among = new Uint32Array(pairsAmong(count));
  for (let start = 0; start < count; start += BLOCK_ROWS) {
    const end = Math.min(count, start + BLOCK_ROWS);
    const cells = await measure(imagesOf(vectors, start, end));
    for (let second = start; second < end; second++) {
      const row = cells.subarray((second - start) * count, (second - start) * count + second);
      among.set(row, pairsAmong(second));
    }
  }
  return among;
}

function lastUsefulCell(among: Uint32Array): number {
  const cells = among.slice().sort();
  const useful = Math.max(USEFUL_COUPLES, Math.floor(USEFUL_SHARE * cells.length));
  return cells[Math.min(useful, cells.length) - 1];
}

interface EmbeddedCopies {
  /** Number of their original. */
  readonly original: number;
  readonly kinds: readonly string[];
  readonly copies: SlottedVectors;
}

async function* embeddedCopies(
  { images, vectors }: Pick<DrawnSample, "images" | "vectors">,
  maker: CopyMaker,
  { seed, decode, embedder, concurrency, progress }: SampleOptions,
): AsyncGenerator<EmbeddedCopies> {
  progress.update("copies", "images", 0, images.length);
  const made = orderedMap(images.entries(), concurrency, async ([original, { id, path }]) => {
    // of its own, so that an image has the same copies whatever else was drawn
    const own = Number.parseInt(sha256(`${seed}\0copies\0${id}`).slice(0, 8), 16);
    const pictures = await maker.copiesOf({ path, options: decode, count: COPIES_EACH, seed: own });
    return { item: { original, kinds: pictures.map(({ kind }) => kind) }, pictures };
  });
  let done = 0;
  for await (const { item, vectors: rows } of embedPictures(buffered(made, PICTURES_AHEAD), {
    open: async () => embedder,
    sessions: embedder.sessions,
  })) {
    const slotted = rows.map((row) => inSlots(row, vectors.dim));
    const finite = slotted.map((row) => row.every(Number.isFinite));
    progress.update("copies", "images", ++done);
    if (!finite.includes(true)) continue;
    const { original, kinds } = item;
    const copies = { ...vectors, values: joined(slotted.filter((_, i) => finite[i])) };
    yield { original, kinds: kinds.filter((_, i) => finite[i]), copies };
  }
  progress.finish("copies");
}
