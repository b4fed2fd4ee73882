import fc from "fast-check";
import { expect, test } from "vitest";
import { compareUtf8 } from "#base/compare-utf8.ts";

test("compareUtf8() orders as the bytes do", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test("compareUtf8() puts an emoji behind a full-width letter, where UTF-16 order does not", () => {
  expect("🐟" < "ｆ").toBe(true);
  expect(compareUtf8("🐟", "ｆ")).toBeGreaterThan(0);
});
