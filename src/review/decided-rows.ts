import type { DecidedImage, DecisionRecord, ImageDecision } from "#data/decision.ts";
import type { ImageRecord } from "#data/image-record.ts";

/** Decisions as they concern the images of a run, by rank. */
export interface DecidedRows {
  readonly decisions: readonly (ImageDecision | undefined)[];
  /** Images that must never be in one group. */
  readonly apart: readonly (readonly [number, number])[];
}

/**
 * Finds the images that decisions are about. A decision is about a content under a path:
 *
 * - where the content has changed, it no longer holds;
 * - `keep` and notes follow an image that was moved or renamed, where one other image alone has its content;
 * - `drop` does not, as that one may be the copy that was to stay; nor does it ever hold for a reference;
 * - two images of different contents stay apart under whichever paths those come; two of one content, under these paths.
 *
 * @param images by rank
 */
export function decidedRows(records: Iterable<DecisionRecord>, images: readonly ImageRecord[]): DecidedRows {
  const places = new Places(images);
  const decisions: (ImageDecision | undefined)[] = new Array(images.length).fill(undefined);
  const apart: (readonly [number, number])[] = [];
  for (const { decision, image, other, note } of records) {
    if (decision === "not-duplicate") {
      if (other) apart.push(...places.pairsOf(image, other));
      continue;
    }
    const row = decision === "drop" ? places.droppable(image) : (places.of(image) ?? places.movedTo(image));
    if (row === undefined) continue;
    // one that was made under this very path comes before one that followed
    if (!decisions[row] || images[row].id === image.path) decisions[row] = { decision, note };
  }
  return { decisions, apart };
}

class Places {
  readonly #images: readonly ImageRecord[];
  readonly #rowOfPath: ReadonlyMap<string, number>;
  readonly #rowsOfContent = new Map<string, number[]>();

  constructor(images: readonly ImageRecord[]) {
    this.#images = images;
    this.#rowOfPath = new Map(images.map(({ id }, row) => [id, row]));
    for (const [row, { sha256 }] of images.entries()) {
      const rows = this.#rowsOfContent.get(sha256);
      if (rows) rows.push(row);
      else this.#rowsOfContent.set(sha256, [row]);
    }
  }

  of({ path, sha256 }: DecidedImage): number | undefined {
    const row = this.#rowOfPath.get(path);
    return row !== undefined && this.#images[row].sha256 === sha256 ? row : undefined;
  }

  droppable(image: DecidedImage): number | undefined {
    const row = this.of(image);
    return row === undefined || this.#images[row].reference ? undefined : row;
  }

  movedTo({ path, sha256 }: DecidedImage): number | undefined {
    if (this.#rowOfPath.has(path)) return undefined;
    const rows = this.#withContent(sha256);
    return rows.length === 1 ? rows[0] : undefined;
  }

  *pairsOf(a: DecidedImage, b: DecidedImage): Generator<readonly [number, number]> {
    const byPath = a.sha256 === b.sha256 || a.sha256 === "" || b.sha256 === "";
    const rowsOf = (image: DecidedImage) => (byPath ? [this.of(image) ?? []].flat() : this.#withContent(image.sha256));
    for (const one of rowsOf(a)) for (const other of rowsOf(b)) yield [one, other];
  }

  #withContent(sha256: string): readonly number[] {
    return sha256 === "" ? [] : (this.#rowsOfContent.get(sha256) ?? []);
  }
}
