import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import {
  BUNDLE_BYTES,
  bundledReferences,
  bundlesOf,
  type FileBundle,
  NO_BYTES,
  pieceOf,
  readBundle,
} from "#fleet/storage/file-bundle.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Files as they are listed; those that are not written are gone. */
async function givenFiles(contents: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(contents)) await writeFile(join(folder, name), content);
  return (name: string, bytes = contents[name]?.length ?? 0) => ({ path: join(folder, name), bytes });
}

function textsOf({ bytes, references, key }: FileBundle): string[] {
  return references.map((reference) => {
    const piece = pieceOf(reference)!;
    if (piece.length > 0) expect(piece.key).toBe(key);
    return Buffer.from(bytes.subarray(piece.offset, piece.offset + piece.length)).toString();
  });
}

test("files go into bundles in their order, none of which is larger than it may be unless it is one file", () => {
  const random = new SeededRandom(3);
  const sizeOf = [() => 0, () => random.integer(1, 50_000), () => random.integer(1, 3 * BUNDLE_BYTES)];
  for (let round = 0; round < 50; round++) {
    const files = Array.from({ length: random.integer(0, 300) }, (_, i) => ({
      path: `/${i}`,
      bytes: sizeOf[random.integer(0, 3)](),
    }));
    const bundles = bundlesOf(files);
    expect(bundles.flat()).toEqual(files);
    for (const bundle of bundles) {
      expect(bundle.length).toBeGreaterThan(0);
      const bytes = bundle.reduce((sum, file) => sum + file.bytes, 0);
      if (bytes > BUNDLE_BYTES) expect(bundle.filter((file) => file.bytes > 0)).toHaveLength(1);
    }
  }
});

test("files of a bundle are found in it, and are named before they are read", async () => {
  const file = await givenFiles({ a: "first", b: "", c: "third one" });
  const files = [file("a"), file("b"), file("c")];
  const bundle = await readBundle(files, "space/images/key-0");
  expect(textsOf(bundle)).toEqual(["first", "", "third one"]);
  expect(bundle.key).toBe("space/images/key-0");
  expect(bundle.references).toEqual(bundledReferences(files, "space/images/key-0"));
});

test("a file that is gone, or is longer or shorter by now, has no bytes, and the bundle is another", async () => {
  const file = await givenFiles({ a: "first", b: "second", c: "third" });
  const files = [file("a"), file("gone", 4), file("b", 7), file("b", 5), file("c")];
  const bundle = await readBundle(files, "key");
  expect(textsOf(bundle)).toEqual(["first", "", "", "", "third"]);
  expect(bundle.references.slice(1, 4)).toEqual([NO_BYTES, NO_BYTES, NO_BYTES]);
  expect(bundle.key).not.toBe("key");
  expect((await readBundle(files, "key")).key).toBe(bundle.key);
  expect(Buffer.from(bundle.bytes).includes("second")).toBe(false);
});

test("a reference that names no piece is none", () => {
  for (const text of ["", "a/b", "a//b", "a//1", "a//-1-2", "a//1-999999999", "a//1-2/c", "a/1-2", "a//0x1-2"])
    expect(pieceOf(text)).toBeUndefined();
  expect(pieceOf("line\nbreak//3-4//1-2")).toEqual({ key: "line\nbreak//3-4", offset: 1, length: 2 });
});
