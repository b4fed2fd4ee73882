/** What is to come, soonest first; what comes at the same moment comes in the order in which it was added. */
export class EventHeap<Event> {
  readonly #entries: { readonly at: number; readonly order: number; readonly event: Event }[] = [];
  #added = 0;

  /** When the next one comes; infinity where there is none. */
  get next(): number {
    return this.#entries[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** The next one, which stays. */
  get first(): Event | undefined {
    return this.#entries[0]?.event;
  }

  add(at: number, event: Event): void {
    const entries = this.#entries;
    let hole = entries.length;
    const entry = { at, order: this.#added++, event };
    entries.push(entry);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#isBefore(entry, entries[parent])) break;
      entries[hole] = entries[parent];
      hole = parent;
    }
    entries[hole] = entry;
  }

  /** Takes the next one out; there must be one. */
  take(): Event {
    const entries = this.#entries;
    const { event } = entries[0];
    const last = entries.pop() as (typeof entries)[number];
    if (entries.length > 0) this.#sink(last);
    return event;
  }

  #sink(entry: { readonly at: number; readonly order: number; readonly event: Event }): void {
    const entries = this.#entries;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && this.#isBefore(entries[child + 1], entries[child])) child++;
      if (!this.#isBefore(entries[child], entry)) break;
      entries[hole] = entries[child];
      hole = child;
    }
    entries[hole] = entry;
  }

  #isBefore(a: { at: number; order: number }, b: { at: number; order: number }): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }
}
