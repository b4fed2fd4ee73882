import pLimit from "p-limit";

/**
 * Applies `work` to up to `concurrency` items at once and yields the results in the order of the items, so that what
 * follows does not depend on which finished first.
 *
 * @param ahead items that are begun or done at most before the first of them is yielded: while one takes long, others go on
 */
export async function* orderedMap<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
  ahead = 2 * concurrency,
): AsyncGenerator<Result> {
  const limit = pLimit(concurrency);
  const started: Promise<Result>[] = [];
  const running = new Set<Promise<Result>>();
  const start = (item: Item) => {
    const result = limit(() => {
      const result = work(item);
      running.add(result);
      return result.finally(() => running.delete(result));
    });
    result.catch(() => undefined); // met when this entry is awaited below
    started.push(result);
  };
  try {
    for await (const item of items) {
      start(item);
      if (started.length >= ahead) yield await (started.shift() as Promise<Result>);
    }
    while (started.length > 0) yield await (started.shift() as Promise<Result>);
  } finally {
    limit.clearQueue();
    await Promise.allSettled(running);
  }
}
