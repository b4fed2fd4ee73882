import type { Choice, ChoosingOrder } from "#candidates/choice.ts";

/** An image that an earlier run chose. */
export interface LineImage {
  readonly row: number;
  /** What was nearest to it of all that came before it in the line, as that run computed it; undefined where that is not known. */
  readonly nearestChosen: Choice["nearestChosen"];
}

/** Images that were chosen in an earlier run come first, as they came then; an order chooses all others. */
export class InLine implements ChoosingOrder {
  readonly #line: readonly LineImage[];
  readonly #placeOf: ReadonlyMap<number, number>;
  readonly #openOrder: () => Promise<ChoosingOrder>;
  readonly #left = new Set<number>();
  readonly #taken = new Set<number>();
  #place = 0;
  /** The latest place in the line of all that was chosen; Infinity when something else was. */
  #latest = -1;
  #order: ChoosingOrder | undefined;

  /** @param openOrder is asked for an order when the line has come to its end: one may take long to make, and is often not needed */
  constructor(line: readonly LineImage[], openOrder: () => Promise<ChoosingOrder>) {
    this.#line = line;
    this.#placeOf = new Map(line.map(({ row }, place) => [row, place]));
    this.#openOrder = openOrder;
  }

  async next(): Promise<number> {
    while (this.#place < this.#line.length && this.#left.has(this.#line[this.#place].row)) this.#place++;
    if (this.#place < this.#line.length) return this.#line[this.#place].row;
    this.#order ??= await this.#catchUp();
    return this.#order.next();
  }

  /** Of fewer images before it the nearest is the same, if it still is one of them. */
  nearestChosen(image: number): Choice["nearestChosen"] {
    const place = this.#placeOf.get(image) ?? -1;
    const known = this.#line[place]?.nearestChosen;
    return known && place > this.#latest && this.#taken.has(known.row) ? known : undefined;
  }

  take(image: number): void {
    this.#left.add(image);
    this.#latest = Math.max(this.#latest, this.#placeOf.get(image) ?? Number.POSITIVE_INFINITY);
    if (this.#order) this.#order.take(image);
    else this.#taken.add(image);
  }

  leaveOut(image: number): void {
    this.#left.add(image);
    this.#order?.leaveOut(image);
  }

  async #catchUp(): Promise<ChoosingOrder> {
    const order = await this.#openOrder();
    for (const image of this.#taken) order.take(image);
    for (const image of this.#left) if (!this.#taken.has(image)) order.leaveOut(image);
    return order;
  }
}
