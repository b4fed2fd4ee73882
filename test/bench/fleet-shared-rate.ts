import { EventHeap } from "./fleet-event-heap.ts";

/** Bytes a second. */
export interface Rates {
  /** Of each machine's link. */
  readonly link: number;
  /** Of the storage, which all machines share equally. */
  readonly storage: number;
}

/**
 * Transfers that share a storage. All that run at a moment have the same rate, so one clock of bytes serves all: a transfer ends when the
 * clock has gone on by its bytes.
 */
export class SharedRate<Owner> {
  readonly #rates: Rates;
  readonly #transfers = new EventHeap<Transfer<Owner>>();
  #running = 0;
  #clock = 0;
  #now = 0;

  constructor(rates: Rates) {
    this.#rates = rates;
  }

  /** Bytes a second of each transfer, were one more to begin. */
  get rateOfNext(): number {
    return Math.min(this.#rates.link, this.#rates.storage / (this.#running + 1));
  }

  /** When the next transfer ends, if none begins before; infinity where there is none. */
  get next(): number {
    this.#dropCancelled();
    const left = this.#transfers.next - this.#clock;
    return left === Number.POSITIVE_INFINITY ? left : this.#now + Math.max(0, left) / this.#rate;
  }

  begin(now: number, bytes: number, owner: Owner): Transfer<Owner> {
    this.#advance(now);
    const transfer = { owner, isCancelled: false };
    this.#transfers.add(this.#clock + bytes, transfer);
    this.#running++;
    return transfer;
  }

  /** Takes out the transfer that ends at `now`, which is what `next` said. */
  end(now: number): Owner {
    this.#dropCancelled();
    const at = this.#transfers.next;
    this.#now = now;
    // no rounding: what has ended has ended
    this.#clock = Math.max(this.#clock, at);
    this.#running--;
    return this.#transfers.take().owner;
  }

  cancel(now: number, transfer: Transfer<Owner>): void {
    this.#advance(now);
    transfer.isCancelled = true;
    this.#running--;
  }

  get #rate(): number {
    return Math.min(this.#rates.link, this.#rates.storage / Math.max(1, this.#running));
  }

  #advance(now: number): void {
    this.#clock += (now - this.#now) * this.#rate;
    this.#now = now;
  }

  #dropCancelled(): void {
    while (this.#transfers.first?.isCancelled) this.#transfers.take();
  }
}

export interface Transfer<Owner> {
  readonly owner: Owner;
  isCancelled: boolean;
}
