import { expect, test } from "vitest";
import { closeAll } from "#base/close-all.ts";

test("closeAll() closes what comes after a failure too, in order, and tells the first failure", async () => {
  const closed: string[] = [];
  const closing = closeAll(
    async () => closed.push("a"),
    async () => {
      throw new Error("b is stuck");
    },
    () => undefined,
    async () => {
      throw new Error("c is stuck");
    },
    async () => closed.push("d"),
  );
  await expect(closing).rejects.toThrow("b is stuck");
  expect(closed).toEqual(["a", "d"]);
});
