import type { ChoosingOrder } from "#candidates/choice.ts";

/** Images that were chosen in an earlier run come first, as they came then; an order chooses all others. */
export class InLine implements ChoosingOrder {
  readonly #line: readonly number[];
  readonly #openOrder: () => Promise<ChoosingOrder>;
  readonly #left = new Set<number>();
  readonly #taken: number[] = [];
  #place = 0;
  #order: ChoosingOrder | undefined;

  /** @param openOrder is asked for an order when the line has come to its end: one may take long to make, and is often not needed */
  constructor(line: readonly number[], openOrder: () => Promise<ChoosingOrder>) {
    this.#line = line;
    this.#openOrder = openOrder;
  }

  async next(): Promise<number> {
    while (this.#place < this.#line.length && this.#left.has(this.#line[this.#place])) this.#place++;
    if (this.#place < this.#line.length) return this.#line[this.#place];
    this.#order ??= await this.#catchUp();
    return this.#order.next();
  }

  take(image: number): void {
    this.#left.add(image);
    if (this.#order) this.#order.take(image);
    else this.#taken.push(image);
  }

  leaveOut(image: number): void {
    this.#left.add(image);
    this.#order?.leaveOut(image);
  }

  async #catchUp(): Promise<ChoosingOrder> {
    const order = await this.#openOrder();
    for (const image of this.#taken) {
      order.take(image);
      this.#left.delete(image);
    }
    for (const image of this.#left) order.leaveOut(image);
    return order;
  }
}
