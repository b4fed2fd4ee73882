import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FileHasher } from "#base/file-hasher.ts";
import { sha256 } from "#base/fingerprint.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("files hashed in threads have the SHA-256 and length of their bytes, and one that is missing fails alone", async () => {
  const folder = await temporaryFolder();
  const texts = Array.from({ length: 300 }, (_, i) => "twin".repeat(i * i));
  await Promise.all(texts.map((text, i) => writeFile(join(folder, String(i)), text)));
  const hasher = new FileHasher();
  onTestFinished(() => hasher.close());
  const hashing = texts.map((_, i) => hasher.hash(join(folder, String(i))));
  const missing = hasher.hash(join(folder, "missing"));
  await expect(missing).rejects.toThrow(/ENOENT/);
  const found = await Promise.all(hashing);
  expect(found).toEqual(texts.map((text) => ({ sha256: sha256(text), bytes: text.length })));
});
