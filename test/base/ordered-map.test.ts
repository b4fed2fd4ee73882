import { expect, test } from "vitest";
import { collect } from "#base/bounded-buffer.ts";
import { orderedMap } from "#base/ordered-map.ts";

test("orderedMap() keeps the order of its items whatever finishes first", async () => {
  const items = [30, 1, 20, 2, 10];
  const slow = async (ms: number) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return ms;
  };
  expect(await collect(orderedMap(items, 3, slow))).toEqual(items);
});

test("orderedMap() works on no more items at once than it may", async () => {
  let running = 0;
  let most = 0;
  const work = async (item: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    return item;
  };
  await collect(orderedMap(Array(50).fill(1), 4, work));
  expect(most).toBe(4);
});

test("orderedMap() has finished its running work when the reader stops early", async () => {
  let running = 0;
  const work = async () => {
    running++;
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
  };
  for await (const _ of orderedMap(Array(20).fill(1), 4, work)) break;
  expect(running).toBe(0);
});
