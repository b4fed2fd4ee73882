import { expect, test } from "vitest";
import { buffered, collect } from "#base/bounded-buffer.ts";

async function* counted(count: number, made: number[]): AsyncGenerator<number> {
  try {
    for (let i = 0; i < count; i++) {
      made.push(i);
      yield i;
    }
  } finally {
    made.push(-1);
  }
}

test("buffered() yields everything in order", async () => {
  expect(await collect(buffered(counted(20, []), 3))).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(await collect(buffered(counted(0, []), 3))).toEqual([]);
});

test("buffered() runs ahead of its reader by its capacity and no more", async () => {
  const made: number[] = [];
  const reader = buffered(counted(100, made), 4);
  await reader.next();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(made).toEqual([0, 1, 2, 3, 4]);
  await reader.return(undefined);
});

test("buffered() hands an error over after the items before it", async () => {
  async function* failing() {
    yield 1;
    throw new Error("broken");
  }
  const seen: number[] = [];
  const read = async () => {
    for await (const item of buffered(failing(), 5)) seen.push(item);
  };
  await expect(read()).rejects.toThrow("broken");
  expect(seen).toEqual([1]);
});

test("buffered() lets its source clean up when the reader stops early", async () => {
  const made: number[] = [];
  for await (const item of buffered(counted(100, made), 2)) if (item === 1) break;
  expect(made.at(-1)).toBe(-1);
});
