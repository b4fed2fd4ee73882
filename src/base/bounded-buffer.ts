/**
 * Runs `source` ahead of its reader by at most `capacity` items, so that two stages of the pipeline work at the same time.
 *
 * Order is kept. An error of the source reaches the reader after the items before it. When the reader stops early the
 * source is told to finish (its `finally` blocks run) before this generator returns.
 */
export async function* buffered<Item>(source: AsyncIterable<Item>, capacity: number): AsyncGenerator<Item> {
  const iterator = source[Symbol.asyncIterator]();
  const ahead: Promise<IteratorResult<Item>>[] = [];
  let last: Promise<unknown> = Promise.resolve();
  let stopped = false;
  const requestNext = () => {
    // one request at a time: generators queue concurrent calls, other iterators may not
    const next = last.then(() => (stopped ? { done: true as const, value: undefined } : iterator.next()));
    next.catch(() => undefined); // the reader meets the error when it awaits this entry
    last = next;
    ahead.push(next);
  };
  try {
    for (let i = 0; i < capacity; i++) requestNext();
    for (;;) {
      const result = await (ahead.shift() as Promise<IteratorResult<Item>>);
      if (result.done) return;
      requestNext();
      yield result.value;
    }
  } finally {
    stopped = true;
    await last.catch(() => undefined);
    await iterator.return?.();
  }
}

/** Everything a stage yields, in order. */
export async function collect<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of source) items.push(item);
  return items;
}
