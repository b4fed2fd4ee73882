const LOOK_AGAIN_MS = 20;

interface Waiter {
  readonly id: string;
  readonly resolve: (text: string | undefined) => void;
}

/** The data that stands in the page, of which a browser may still be reading the rest. */
export class DataBlocks {
  #waiters: Waiter[] = [];
  #isWatching = false;

  /** A block that is there for certain; it is removed from the page, so that it is in memory once. */
  takeNow<Value>(id: string): Value {
    const text = blockText(id);
    if (text === undefined) throw new Error(`The page has no block ${id}`);
    document.getElementById(id)?.remove();
    return JSON.parse(text);
  }

  /** A block once it is there, removed from the page; undefined where the page ends without it. */
  async take<Value>(id: string): Promise<Value | undefined> {
    const value = await this.read<Value>(id);
    document.getElementById(id)?.remove();
    return value;
  }

  /** A block once it is there; undefined where the page ends without it. */
  async read<Value>(id: string): Promise<Value | undefined> {
    const text = blockText(id) ?? (await this.#wait(id));
    return text === undefined ? undefined : blockValue<Value>(text);
  }

  #wait(id: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#waiters.push({ id, resolve });
      if (this.#isWatching) return;
      this.#isWatching = true;
      this.#look();
    });
  }

  #look(): void {
    // asked before looking: what comes in between is seen the next time
    const isWhole = document.readyState !== "loading";
    this.#waiters = this.#waiters.filter(({ id, resolve }) => {
      const text = blockText(id);
      if (text === undefined && !isWhole) return true;
      resolve(text);
      return false;
    });
    this.#isWatching = this.#waiters.length > 0;
    if (this.#isWatching) setTimeout(() => this.#look(), LOOK_AGAIN_MS);
  }
}

/** Undefined where the file was cut off within the block. */
function blockValue<Value>(text: string): Value | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Text of a block that the browser has read to its end: something stands behind it, or the page is whole. */
function blockText(id: string): string | undefined {
  const block = document.getElementById(id);
  const isRead = block && (block.nextSibling || document.readyState !== "loading");
  return isRead ? (block.textContent ?? "") : undefined;
}
