import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readArrayFile, writeArrayFile } from "#artifacts/array-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const CONTENT = {
  head: { name: "ünï 🐟\n", count: 3 },
  arrays: [
    Int8Array.of(-1, 2, -3),
    new Float32Array(0),
    Float32Array.of(1.5, Number.NaN, Number.NEGATIVE_INFINITY),
    Int32Array.of(-(2 ** 31), 7),
    Uint32Array.of(2 ** 32 - 1),
    Float64Array.of(Math.PI),
  ],
};

test("arrays come back as they were written, of every type and length", async () => {
  const file = join(await temporaryFolder(), "some.bin");
  await writeArrayFile(file, CONTENT);
  expect(await readArrayFile(file)).toEqual(CONTENT);
});

test("a file that is missing, cut off anywhere or changed in any bit is none", async () => {
  const file = join(await temporaryFolder(), "some.bin");
  expect(await readArrayFile(file)).toBeUndefined();
  await writeArrayFile(file, CONTENT);
  const whole = await readFile(file);
  for (let bit = 0; bit < 8 * whole.length; bit += 5) {
    const changed = Buffer.from(whole);
    changed[bit >> 3] ^= 1 << (bit & 7);
    await writeFile(file, changed);
    expect(await readArrayFile(file), `bit ${bit}`).toBeUndefined();
  }
  await writeFile(file, whole);
  for (const length of [whole.length - 1, whole.length - 64, 70, 20, 3, 0]) {
    await truncate(file, length);
    expect(await readArrayFile(file), `${length} bytes`).toBeUndefined();
  }
});
