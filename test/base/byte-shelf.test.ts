import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { ByteShelf, readBytes, writeBytes } from "#base/byte-shelf.ts";

function openShelf(placeBytes: number, places: number): ByteShelf {
  const shelf = ByteShelf.open(placeBytes, places);
  onTestFinished(() => shelf.close());
  return shelf;
}

test("places do not overlap, and one is given out again only after it was given back", () => {
  const shelf = openShelf(100, 3);
  const places = Array.from({ length: 5 }, () => shelf.take());
  expect(places).toEqual([0, 100, 200, 300, 400]);
  for (const place of places) writeBytes(shelf.file, new Uint8Array(100).fill(place / 100 + 1), place);
  for (const place of places) {
    const bytes = new Uint8Array(100);
    readBytes(shelf.file, bytes, place);
    expect(new Set(bytes)).toEqual(new Set([place / 100 + 1]));
  }
  shelf.giveBack(300);
  shelf.giveBack(100);
  expect([shelf.take(), shelf.take(), shelf.take()].sort((a, b) => a - b)).toEqual([100, 300, 500]);
});

test("bytes that nobody has written cannot be read", () => {
  const shelf = openShelf(10, 1);
  expect(() => readBytes(shelf.file, new Uint8Array(11), 0)).toThrow(/Expected 11 bytes at 0 of a shelf, found 10/);
});

test.runIf(process.platform !== "win32")("a shelf leaves no file behind, even while it is open", () => {
  const names = () =>
    [tmpdir(), "/dev/shm"].flatMap((folder) => {
      try {
        return readdirSync(folder).filter((name) => name.startsWith(`twinsift-${process.pid}-`));
      } catch {
        return [];
      }
    });
  openShelf(1000, 10);
  expect(names()).toEqual([]);
});
