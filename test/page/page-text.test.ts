import { expect, test } from "vitest";
import { linearScale, thinned } from "#page/browser/chart-scale.ts";
import { commandOf } from "#page/browser/keyboard.ts";
import { bytesText, distanceText, numberOf } from "#page/browser/number-text.ts";
import { hashOf, routeOf } from "#page/browser/route.ts";
import { sizeSteps } from "#page/browser/size-steps.ts";
import { pathParts, visibleText } from "#page/browser/visible-text.ts";

test("characters that cannot be seen, or that turn the text around, are shown by number; emoji stay whole", () => {
  expect(visibleText("a\nb\u202egpj.exe\u200b")).toBe("a⟨000A⟩b⟨202E⟩gpj.exe⟨200B⟩");
  expect(visibleText("👩‍👩‍👧 名前 é")).toBe("👩‍👩‍👧 名前 é");
  expect(pathParts("a/b\r/c.jpg")).toEqual(["a/b⟨000D⟩/", "c.jpg"]);
  expect(pathParts("c.jpg")).toEqual(["", "c.jpg"]);
});

test("numbers are short, and a distance that is not 0 never looks so", () => {
  expect([0, 999, 1000, 8900, 12_345, 999_999, 5e9].map(bytesText)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "8.9 kB",
    "12 kB",
    "1000 kB",
    "5.0 GB",
  ]);
  expect([0, 1e-9, 0.0312, 1].map(distanceText)).toEqual(["0", "< 0.001", "0.031", "1.000"]);
  expect([numberOf(1, "group"), numberOf(12_345, "group")]).toEqual(["1 group", "12,345 groups"]);
});

test("an address names a view and its page, and what it does not know names none", () => {
  for (const route of [
    { view: "groups", page: 0 },
    { view: "candidates", page: 41 },
  ] as const) {
    expect(routeOf(hashOf(route))).toEqual(route);
  }
  for (const hash of ["", "#main", "#groups/x", "#constructor"]) expect(routeOf(hash)).toBeUndefined();
  expect(routeOf("#groups/0")).toEqual({ view: "groups", page: 0 });
});

test("keys mark an image that has the focus; arrows and letters are the browser's elsewhere, and so are its own chords", () => {
  const press = (key: string, over = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...over });
  expect(commandOf(press("K"), true)).toBe("keep");
  expect(commandOf(press("d"), true)).toBe("drop");
  expect(commandOf(press("n"), true)).toBe("not-duplicate");
  for (const key of ["ArrowDown", "k", "a"]) expect(commandOf(press(key), false)).toBeUndefined();
  expect(commandOf(press("?"), false)).toBe("help");
  expect(commandOf(press("d", { ctrlKey: true }), true)).toBeUndefined();
});

test.each([
  [0.7, false, [0, 0.2, 0.4, 0.6, 0.8]],
  [3, true, [0, 1, 2, 3]],
  [1000, true, [0, 500, 1000]],
  [0, false, [0, 1]],
])("an axis to %d has round ticks from 0 on", (most, isWhole, ticks) => {
  const scale = linearScale(most, 50, 450, { ticks: 4, isWhole });
  if (most === 1000) expect(scale.ticks.at(-1)).toBe(1000);
  else expect(scale.ticks).toEqual(ticks);
  expect(scale.at(0)).toBe(50);
  expect(scale.at(scale.ticks.at(-1) ?? 0)).toBe(450);
});

test("a thinned list keeps its first and its last item", () => {
  const items = Array.from({ length: 1000 }, (_, i) => i);
  const few = thinned(items, 7);
  expect([few.length, few[0], few.at(-1)]).toEqual([7, 0, 999]);
  expect(thinned([1, 2], 7)).toEqual([1, 2]);
});

test("every group is counted in one step of size", () => {
  const steps = sizeSteps([2, 2, 5, 6, 10, 11]);
  expect(steps).toEqual([
    { name: "2", count: 2 },
    { name: "3", count: 0 },
    { name: "4", count: 0 },
    { name: "5", count: 1 },
    { name: "6–10", count: 2 },
    { name: "11–20", count: 1 },
  ]);
  expect(sizeSteps([5000]).at(-1)).toEqual({ name: "1,001+", count: 1 });
});
